"""How people ask for no more mail, in German and English: verbs with what they are said of, and what only looks like it.

Matched against folded sentences (lower case, without accents). {mails} stands for what marketing sends, {news} for more of
it that is an everyday word, too, and so needs a verb beside it; {list} for what one may be taken off. Other languages are
in stop_languages.py.
"""

from __future__ import annotations

GERMAN_WORDS = {
    "mails": r"(?:(?:e-?|werbe-?|rund-?|serien-?|info-?|massen-?|spam-?)*mails?\b|e-?mail-?(?:werbung|flut"
    r"|zusendung\w*)"
    r"|(?:e-?mail-?)?newsletters?\b|werbe?\w*|zusendung\w*|mailings?|spam\w*|kontaktaufnahmen?|kontaktversuche"
    r"|rundschreiben"
    r"|zuschriften|werbepost)",
    "news": r"(?:nachrichten|informationen|infos?|angebote?n?|post|anschreiben|kontakte?|mitteilungen|material|anfragen"
    r"|einladungen|anrufe)",
    "list": r"(?:(?:mail-?|e-?mail-?|news-?|werbe-?)?verteiler\w*|(?:mailing|mail|adress|e-?mail|empfanger"
    r"|abonnenten)-?list\w*"
    r"|newsletter\w*|mailings?|datenbank\w*|adress(?:datei|kartei|bestand|buch)\w*|kartei|verteilerliste\w*|crm"
    r"|aussendung\w*)",
    "send": r"(?:schick|sende|senden|gesendet|gesandt|send(?:et)?\b|zuzu|zusend|zugeschick|zukommen|ubersend"
    r"|ubermitt|mail(?:en|t)\b"
    r"|erhalten|bekommen|empfangen|lesen)",
    "write": r"(?:(?:an)?(?:ge)?schr(?:eib|ieb)|kontaktier|kontakt auf|anmail|angemailt|anzu(?:schreib|mail)"
    r"|belastig|bewerb|beworb"
    r"|zumull|vollspam|spam|schick|zu(?:zu)?send|send(?:en|et)\b|melden\b|mailen|anruf|behellig|stor(?:en|t)\b)",
}

GERMAN = r"""
    (?:bitte|mich|uns|newsletter|verteiler|mail\w*|liste|mochten?|hiermit|wieder|will|wollen) .{0,60}abmeld(?!er?rat
      |equot)\w*
    ^abmeld(?!er?rat|equot)\w* | abzumelden | um abmeldung
    abmelde-?(?:link|button|knopf|funktion)\w* .{0,60}(?:nicht|kein|fehl|geht)
    meld\w* .{0,40}(?:mich|uns|adresse) .{0,30}\bab\b(?! (?:dem|\d|\w+tag)) | abbestell\w* | bestell\w* .{0,40}\bab\b
    austragen | auszutragen | aus(?:getragen|tragung) | trag\w* .{0,20}(?:mich|uns|meine|adresse) .{0,30}\baus\b
    trag\w* (?:mich|uns) aus | nehm\w* .{0,30}(?:mich|uns|meine|unsere) .{0,40}(?:aus\b|vo[nm] |raus|heraus|runter)
    (?:streich\w*|losch\w*|entfern\w*) .{0,30}(?:mich|uns|meine|unsere)\b
    (?:mich|uns|meine \S+|unsere \S+) .{0,50}(?:losch\w*|entfern\w*|streich\w*|herauszunehmen|rausnehmen|herausnehmen)
    (?:aus|von|vom) (?:\w+ ){0,3}{list} .{0,30}(?:entfern|losch|nehm|genommen|streich|gestrichen|austrag|raus|heraus
      |abmeld|runter)\w*
    (?:entfern|losch|streich|nehm|trag|raus|runter|heraus)\w* (?:\S+ ){0,5}(?:aus|von|vom) (?:\w+ ){0,3}{list}
    (?:aus|von) (?:ihr|eur|dein)e[rn] (?:\w+ )?list\w*
    (?:nie|nicht|kein\w*)\b .{0,40}(?:erlaub|erlaubnis|einwillig|zustimm|genehmig)\w*.{0,60}(?:{mails}|schick|send
      |schreib)
    nerv\w* .{0,40}(?:nicht|{mails}) | {mails} .{0,30}(?:nerv|interessier\w* .{0,20}nicht)\w*
    ^(?:bitte )?(?:sofort )?(?:abstellen|einstellen|unterlassen|beenden|stoppen|loschen|entfernen|streichen)[.!]*$
    {mails} .{0,30}nicht (?:mehr )?(?:er|ge)?w(?:unsch|oll)t
    kein\w* (?:\S+ ){0,2}(?:{mails}|kontakt\w*|nachrichten) .{0,12}(?:er|ge)wunscht
    loschung[.!]*$ | loschung .{0,40}(?:daten|adresse|mail|kontakt)\w* | {mails} .{0,60}anwalt\w*
    anwalt\w* .{0,60}{mails}
    sperr\w* .{0,40}(?:mich|uns|adresse) .{0,30}(?:werb|mail|newsletter)\w* | erspar\w* (?:\S+ ){0,2}(?:mir|uns)\b
    ^(?:bitte )?aufhoren[.!]*$
    meld\w* .{0,60}(?:newsletter|verteiler|liste) .{0,10}\bab\b
    adresse .{0,30}nicht (?:mehr|langer|weiter) (?:\S+ )?(?:ver|be)?(?:wend|nutz)\w*
    (?:an|fur) (?:\S+ ){0,3}{mails} .{0,15}(?:nicht|kein)\w* (?:mehr )?(?:interess|verwend|bedarf)\w*
    keine? (?:verwendung|bedarf) fur .{0,20}{mails}
    {mails} .{0,30}nicht einverstanden | nicht einverstanden .{0,40}{mails}
    (?:block|blockier)\w* (?:ich )?(?:sie|ihre|euch)\b
    stell(?:en sie|t|e) .{0,20}(?:den )?(?:versand|zusendung|zustellung)\w* .{0,40}\bein\b
    (?:mehrfach|mehrmals|schon|bereits|\w+mal) abgemeldet
    trotz (?:\w+ )?abmeldung | (?:untersag|verbiet|verbitt)\w* .{0,60}(?:daten|mail|werb|nutz|zusend|adresse)\w*
    rechtliche schritte | datenschutz(?:behorde|aufsicht)\w*
    (?:e-?)?mail-?\s?(?:adresse|konto)\w* .{0,40}(?:losch|entfern|streich|austrag)\w*
    (?:losch|entfern|streich)\w* .{0,40}(?:e-?)?mail-?\s?adresse\w*
    kein(?:e|en|erlei)? (?:(?:weiter|solch|derartig|kunftig|zukunftig|ungebeten|unaufgefordert|unerwunscht|ihr|eur
      |diese|sinnlos|mehr)\w*\s){0,3}
      {mails}(?!-?\s?adress)(?! (?:uber \d|mit|grosser|an (?:herrn|frau)))\b
    (?:mochte|mocht|will|woll|wunsch|bitte)\w* .{0,60}kein(?:e|en|erlei)? (?:\S+ ){0,4}(?:{mails}|{news})\b
      .{0,40}(?:mehr|{send})
    (?:schick|send|ubermitt|mail|lass)\w* .{0,40}kein(?:e|en|erlei)? (?:\S+ ){0,3}(?:{mails}|{news})\b
    kein(?:e|en|erlei)? (?:\S+ ){0,2}(?:{mails}|{news})\b(?: \S+){0,5} (?:zu(?:zu)?send|zuzuschick|zu schick
      |zu senden|zu mailen)\w*
    (?:brauch|benotig)\w* .{0,40}kein(?:e|en|erlei)? (?:\S+ ){0,3}{mails}\b .{0,20}mehr
    kein(?:e|en)? (?:weiteren?|werbliche[nr]?) (?:nachrichten|post|kontakt\w*)
    kein interesse (?:mehr )?an (?:weiteren|ihrem newsletter|ihren (?:e-?)?mails|dem newsletter|werbung|diesen)
    kein (?:weiteres )?interesse mehr\b | kein weiteres interesse
    {mails} .{0,40}(?:unterlassen|einstellen|einzustellen|stoppen|stopp\b|nicht (?:mehr|langer|weiter) (?:{send}
      |erwunscht|haben)|beenden|kundig)\w*
    (?:unterlass|stell|beend|stopp|einstell|kundig|kundige|stornier|unterbind)\w* (?:\S+ ){0,5}{mails}
    (?:unterlassen|stellen) sie .{0,60}(?:{mails}|kontakt) | (?:kundig|stornier|beend)\w* .{0,30}\babo(?:nnement)?s?\b
    \babo(?:nnement)? .{0,20}(?:kundig|stornier|beend)\w* | kundigung (?:\S+ ){0,3}(?:newsletter|abo)\w*
    nichts (?:mehr|weiter\w*) .{0,30}(?:{send}|horen|von ihnen|zuschick)
    (?:schick|send|mail)\w* .{0,40}nichts (?:mehr|weiter)
    von (?:\S+ ){0,4}(?:{mails}|{news})\b .{0,30}(?:\bab\b(?! \d)|abzusehen|absehen|abstand)
    (?:abstand|absehen) .{0,30}von (?:\S+ ){0,3}(?:{mails}|{news})
    (?:nicht|nie) (?:mehr|wieder|langer|weiter|erneut|noch ?(?:ein)?mal)\b(?:(?! bitte)[^,;:]){0,50}{write}\w*
    {write}\w* (?:sie )?(?:bitte )?(?:mich|uns|mir)(?: bitte)? (?:kunftig |in zukunft )?(?:nicht|nie) (?:mehr|wieder
      |langer|weiter)
    (?:will|mochte|wunsch|woll|mocht)\w* (?:[^,;:]){0,40}nicht (?:[^,;:]){0,30}(?:kontaktiert|angeschrieben|angemailt
      |belastigt|beworben)
    widerruf\w* .{0,40}(?:einwilligung|zustimmung|einverstandnis|hiermit|erlaubnis)
    (?:einwilligung|zustimmung|hiermit) .{0,60}widerruf\w*
    (?:widerrufe|zurucknehme|ziehe|nehme) .{0,40}(?:einwilligung|zustimmung)
    (?:ich|wir|hiermit) .{0,40}widersprech\w* | widersprech\w* (?:ich|wir) | zu widersprechen
    widerspruch .{0,20}(?:gegen|zur|nach|gem\w*|art\.?|einleg)\b .{0,60}(?:werb|daten|mail|dsgvo|nutzung|verarbeitung
      |zusendung|newsletter|21|uwg)
    werbewiderspruch | ^widerspruch (?:nach|gem|zur|gegen)
    lass\w* (?:sie )?(?:mich|uns) (?:\w+ )?(?:\w+ )?in (?:ruhe|frieden) | in (?:ruhe|frieden) (?:zu )?lass\w*
    verschon\w* .{0,20}(?:mich|uns)
    hor\w* (?:sie |ihr )?(?:bitte |endlich )*auf\b(?! den| die| das| unser| mein)
    aufhoren\b .{0,40}(?:mail|schreib|schick|spam|send)
    schluss (?:damit|mit (?:\S+ ){0,3}{mails})
    lass(?:en|t)? (?:sie |ihr )?(?:das|es)(?: bitte| sein| endlich)*[.!]* ?$
    verzicht\w* .{0,30}auf (?:\S+ ){0,4}(?:{mails}|zusendung) | auf (?:\S+ ){0,4}{mails} .{0,20}verzicht\w*
    (?:das|dies|sie|ihre (?:e-?)?mails?) (?:ist|sind) (?:\w+ )?(?:spam|belastigung|unerwunscht\w*|unerlaubt\w*)
    (?:unerwunschte?|unerlaubte?|unverlangte?|ungebetene?|illegale?|unaufgeforderte?)\w* (?:{mails}|zugesandte?)\w*
    abmahn\w* | unterlassung\w* | (?:melde|melden|markiere|anzeigen) .{0,40}als spam | spam (?:melden|anzeigen)
    (?:nie|niemals|nirgends) (?:\S+ ){0,6}(?:angemeldet|eingewilligt|zugestimmt|abonniert|eingetragen|registriert)
    (?:nicht|keine) (?:\S+ ){0,5}(?:eingewilligt|zugestimmt|einwilligung (?:erteilt|gegeben)
      |einverstanden mit (?:\S+ ){0,3}{mails})
    (?:nehmt|nimm|nehmen sie) (?:mich|uns) (?:bitte )?(?:raus|heraus|runter|da raus)
    (?:mochte|will|bitte) (?:\S+ ){0,6}raus\b
"""

GERMAN_NOT = r"""
    (?:nicht|versehentlich|aus versehen|ungewollt) (?:wieder )?(?:abmeld\w*|abgemeldet|austragen|abbestell\w*)
    (?:webinar|termin|seminar|veranstaltung|kurs|meeting|event|workshop|messe|schulung|vorfuhrung)\w* .{0,40}abmeld\w*
    abmeld\w* .{0,20}(?:vom|zum|von dem|fur das|fur den) (?:webinar|termin|seminar|kurs|workshop|veranstaltung|schulung)
    (?:wie|wo|kann ich) .{0,30}(?:meine kunden|unsere kunden).* | abgemeldet worden
    (?:hab|habe|haben|hatte|hatten|ist|sind|wurde\w*)\b .{0,50}(?:kein|nicht|nichts)\w* .{0,50}(?:erhalten|bekommen
      |angekommen
      |eingegangen|gehort|gelesen|gesehen|gefunden|geschickt|gesendet)
    kein(?:e|en)? (?:e-?mails?|mails?|nachrichten|newsletter) (?:von ihnen )?(?:erhalten|bekommen|angekommen
      |eingegangen)
    (?:haben|hat) (?:sie )?kein\w* .{0,40}(?:erhalten|bekommen) | zogern sie nicht | im spam-?\w*
    (?:als|in den) spam\w*
    widersprech\w* (?:nicht|ihnen|dir|euch|sich|ihrer (?:these|aussage|ansicht|meinung|darstellung)|ihrem (?:punkt
      |argument))
    wurde\w* .{0,40}(?:geloscht|entfernt) | widerruf(?:sbelehrung|srecht|sfrist)\w* | anti-?spam\w*
    bestell\w* .{0,20}(?:termin|besuch|wagen|ware) .{0,10}\bab\b | spam-?(?:filter|schutz)\w*
    kein\w* (?:e-?)?mails? .{0,30}(?:gelesen|weitergeleitet|beantwortet|bearbeitet)
    in (?:den|ihren|euren|die) (?:verteiler|liste|newsletter|mailingliste) auf
    (?:nicht|ungern) (?:darauf |auf (?:\S+ ){0,3})?verzicht\w*
"""

ENGLISH_WORDS = {
    "mails": r"(?:e-?mails?|mails?|messages?|newsletters?|mailings?|spam|spamming|junk|marketing|advertis\w*"
    r"|adverts?|ads"
    r"|promotions?|promotional \w+|communications?|correspondence|solicitations?|e-?mailing|texts)",
    "write": r"(?:contact|e-?mail|mail|messag|writ|bother|spam|call|bug|harass|pester|bombard|solicit|disturb"
    r"|annoy|target)",
    "list": r"(?:(?:mailing|distribution|e-?mail|contact|marketing|address|subscriber|newsletter"
    r"|mail)[- ]?)?(?:lists?|database"
    r"|newsletters?|mailings?|records|crm|address book|system|e-?mails?)",
}

ENGLISH = r"""
    un-?\s?su[bps]{0,2}cri\w* | \bunsub\b | opt(?:ing|ed)?[- ]?(?:me |us )?out
    (?:take|get|strike|drop|cross|scratch) (?:me|us|my|our|this) .{0,30}\boff
    off (?:of )?(?:this|your|the) (?:\w+ )?(?:list|mailing)s?\b
    (?:remov|delet|eras|exclud|strik|drop|tak)\w* (?:\S+ ){0,5}(?:from|off) (?:\w+ ){0,3}(?:mailing|distribution
      |e-?mail|contact|marketing
      |newsletter)s?\b
    (?:remov|delet|eras|exclud|strik|drop|tak)\w* (?:\S+ ){0,3}(?:me|us|my|our|this|address|e-?mail
      |name)\b (?:\S+ ){0,3}(?:from|off) .{0,30}{list}\b
    (?:never|no one|nobody|not|n't|without) (?:\w+ ){0,4}(?:permission|consent|authori[sz]\w*
      |allow\w*) .{0,40}(?:{mails}|contact|send|write)
    refrain(?:ing)? from .{0,30}(?:send|contact|e-?mail|mail|writ|market)\w*
    you(?:'re| are) (?:\w+ )?(?:spam|harass|bother)\w+ | block(?:ed|ing)? your
    legal action | data protection (?:authority|commissioner)
    remove (?:me|us|(?:my|our) (?:e-?mail|address|name|company|data|contact|details)|this (?:e-?mail|address))
    (?:delete|erase) (?:all )?(?:of )?(?:me|us|(?:my|our) (?:personal )?(?:e-?mail|address|data|details|contact
      |account|record|information))
    please remove[.!]*$
    (?:stop|quit|cease|discontinue|halt) (?:(?:all|any|with|the|these|this|those|your)\s)*(?:\w+ )?
      (?:{mails}|sending|{write}\w*)\b
    stop (?:it|that|this)\b | please stop[.!]*$ | (?:^|please |just )stop[.!]+
    (?:e-?mails?|messages) (?:must|have to|need to) stop
    no (?:more|further|additional|other) (?:\w+ ){0,2}(?:{mails}|contact)\b
    (?:don't|do not|never|not|n't) (?:\w+ ){0,3}?(?:want|wish|need|care|like|agree|consent
      |rather) (?:[^,;:]){0,40}?(?:{mails}|contacted|hear
      |e-?mailed|on (?:your|this|the) (?:\w+ )?list)\b
    (?:would|'d|'ll) (?:rather|prefer) (?:to )?not (?:to )?(?:be|receive|get|hear)\b
    (?:rather|prefer) not (?:to )?receive
    no longer (?:wish|want|care|like|desire|need) (?:[^,;:]){0,40}(?:{mails}|contacted|hear|receive)\b
    no longer interested
    (?:not|n't) interested in (?:receiving|(?:any |more |further |your |these |this )+{mails}|hearing|being)
    (?:don't|do not|never|not) (?:ever )?{write}\w* (?:to )?(?:me|us|this (?:address|account)|any ?more
      |again)\b(?! the| it\b| a )
    (?:don't|do not|never) (?:ever )?send (?:me |us )?(?:\w+ ){0,3}(?:{mails}|anything|any ?more|stuff|these|this)\b
    (?:don't|do not|not want|not wish|never) .{0,30}(?:e-?mail|contact|write|mail|message|receive|hear from)\w*
      .{0,30}(?:again|any ?more|further|newsletter|mails?|from you)\b
    leave (?:me|us) alone | go away | get lost | lose my (?:e-?mail|address|number)
    enough (?:with |of )?(?:the |these |your |this )*(?:e-?mails?|already|spam|messages)
    (?:this|these|it|that) (?:is|are|looks like) (?:\w+ ){0,2}(?:spam|harassment|unsolicited|unwanted|junk)\b
    (?:unsolicited|unwanted|spam|junk) (?:e-?mails?|mails?|messages?|commercial|marketing|advertis\w*)(?! filter)
    (?:report|mark|flag)(?:ing|ed)? (?:you|this|it|your) .{0,20}spam | cease and desist
    (?:withdraw|revoke|rescind)\w* (?:my|our|any|all|the) (?:\w+ )?consent | i object(?! to nothing)
    we object to (?:\w+ ){0,4}(?:process|market|mail|use|direct)\w*
    (?:cancel|end|terminate|stop) (?:my|our|this|the) (?:\w+ )?(?:subscription|newsletter|e-?mails?|mailing)s?\b
    (?:never|\w+n't|not) (?:\w+ )?(?:subscribe|signed? up|sign up|opt(?:ed)? in|register|agreed?|consent
      |ask)\w* .{0,20}(?:this|these|your|to be|newsletter
      |{mails}|list)\b
    do(?:n't| not) (?:sell|use|process) my (?:data|e-?mail|address|details)
"""

ENGLISH_NOT = r"""
    (?:don't|do not|by mistake|accidentally|won't|will not) (?:\w+ )?unsubscribe\w*
    unsubscribed by (?:mistake|accident)
    (?:how|where|can i|do) .{0,30}(?:our customers|my customers|users|our clients).* | unsubscri(?:be|ption) rates?
    (?:haven't|have not|didn't|did not|never) (?:yet |actually )?(?:received?|gotten|got|see|seen)(?! .{0,20}any ?more)
    (?:e-?mail|contact|call) (?:me|us) .{0,20}(?:don't|do not) hesitate | (?:don't|do not) hesitate.*
    (?:spam|junk)[- ]?(?:folder|filter|box)
    (?:in|to|into) (?:my |our |the )?(?:spam|junk)\b | stop (?:by|at|in)\b | anti-?spam
    (?:seminar|webinar|event|attendees?|guest|participants?) list
    (?:stop|end) (?:the )?(?:line|machine|trial|shipment|production)
"""
