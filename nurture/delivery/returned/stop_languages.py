"""How people ask for no more mail in French, Spanish, Italian, Dutch, Polish and others; and the words that say it alone.

Written down as in stop_phrases.py.
"""

from __future__ import annotations

FRENCH_WORDS = {
    "mails": r"(?:e-?mails?|mails?|courriels?|messages?|newsletters?|infolettres?|lettres? d'information"
    r"|publicites?|pubs?"
    r"|sollicitations?|spams?|prospection\w*|demarchages?|communications?|offres? commerciales?|envois?)",
    "act": r"(?:recevoir|re(?:c|ç)ois|envoy\w*|contact\w*|ecri\w*|sollicit\w*|importun\w*|demarch\w*|derang\w*"
    r"|adress\w*|spam\w*"
    r"|harcel\w*|transmettre)",
}

FRENCH = r"""
    desabon\w* | desinscri\w* | (?:resili|annul)\w* .{0,30}(?:abonnement|inscription|newsletter)
    \bme (?:rayer|enlever|oter|retirer|supprimer|radier|effacer|sortir)
    (?:ray|enlev|ot|retir|supprim|radi|effac|sort)\w*[- ](?:moi|nous|mon|notre|mes|nos)\b
    (?:rayer|enlever|retirer|supprim\w*|effac\w*|radi\w*|retrait|suppression) .{0,50}(?:list\w*|fichier|base|mailing
      |diffusion|mes donnees
      |mon adresse|mon (?:e-?)?mail|mon nom|notre adresse|mes coordonnees)
    \b(?:ne|n')\s?(?:\S+ ){0,3}?(?:\S+ )?plus (?:\S+ ){0,3}(?:m'|l')?{act}
    (?:ne|n')\s?(?:m'|me |nous )?{act}(?:[- ]moi|[- ]nous)? plus
    (?:ne |n')(?:\w+ )?(?:souhait|veu|desir|voul)\w* (?:plus|pas) .{0,40}(?:recevoir|{mails}|contact\w*)
    (?:plus|aucune?s?|pas) (?:de |d'|autres? |vos |nouveaux )*(?!\d){mails}(?: s'il| svp| merci| de votre| supplement
      |[.!,]|$)
    (?:arret|cess|stopp?)\w*[ ,:-](?:\S+ ){0,3}(?:d'|m'|l'|de m'|de nous )?(?:{mails}|{act})
    refus\w* .{0,20}(?:{mails}|recevoir|contact\w*|demarch\w*) | laissez[- ](?:moi|nous) (?:tranquille|en paix)
    fichez[- ] | foutez[- ] | m'oppose | nous opposons | droit d'opposition | opposition au
    (?:retire|revoque|retirons) .{0,20}consentement | c'est (?:du )?(?:spam|harcelement) | (?:plus|pas) interesse[.!]*$
    (?:jamais|pas) (?:ete )?(?:demande|souscrit|inscrite?|consenti|autorise)\b .{0,40}(?:{mails}|recevoir|a votre
      |a cette|$)
"""

FRENCH_NOT = r"""
    (?:n'ai|n'a|n'avons|ai|avons) (?:toujours |encore )?(?:pas |rien |jamais |aucun\w* )?recu\w* .{0,60}
    par erreur .{0,30}desinscri\w*
    n'hesitez pas.* | plus de (?:\d|la |informations|details)
"""

OTHER_WORDS = {
    "es": r"(?:correos?|e-?mails?|mails?|mensajes|boletin(?:es)?|newsletters?|publicidad|propaganda|spam"
    r"|anuncios|comunicaciones)",
    "esact": r"(?:recib\w*|envi\w*|mand\w*|escrib\w*|contact\w*|molest\w*|llegu\w*|llam\w*)",
    "it": r"(?:e-?mail|mail|messaggi|newsletter|pubblicita|comunicazioni|spam|posta|offerte|sollecitazioni)",
    "itact": r"(?:ricev\w*|invi\w*|mand\w*|scriv\w*|contatt\w*|disturb\w*|essere contattat\w*|spedi\w*)",
    "nl": r"(?:e-?mails?|mails?|mailtjes|nieuwsbrie\w*|berichten|reclame\w*|post|spam|mailings?|aanbiedingen)",
    "nlact": r"(?:mailen|mailt|benader\w*|contact\w*|stuur|sturen|ontvangen|schrijven|lastig|toe(?:sturen"
    r"|zenden)|toegestuurd)",
    "pl": r"(?:e-?maili?|maile|mailow|wiadomosci|newslettera?|newsletterow|reklam\w*|spamu?|ofert\w*|korespondencj\w*)",
    "plact": r"(?:wysy[lł]a\w*|pisa[cł]?\w*|pisz\w*|przysy[lł]a\w*|kontaktowa\w*|otrzymywa\w*|dostawa\w*"
    r"|przesy[lł]a\w*|spamowa\w*|nekac)",
    "pt": r"(?:e-?mails?|mensagens|newsletters?|boletins?|publicidade|propaganda|spam|comunicacoes)",
}

OTHER = r"""
    (?:dar|darse|darme|darnos|dame|deme|denme|dennos|denos|da|den|de) (?:\w+ )?de (?:la )?baja
    (?:solicit|pid|quier|dese)\w* .{0,20}\bbaja\b
    (?:cancel|anul)\w* .{0,20}su[bs]?scripcion | desu[bs]?scri\w* | desapunt\w*
    (?:elimin|borr|quit|sac|retir|suprim)\w* .{0,40}(?:list[ao]|base de datos|mi (?:correo|direccion|e-?mail|nombre)
      |mis datos|boletin|nuestra direccion)
    (?:quit|elimin|borr|sac)\w{1,4}[mn][eo]s?\b .{0,30}(?:list|base|boletin|envio)
    \bno (?:\S+ ){0,4}(?:quier|dese|quer|solicit|necesit)\w* .{0,40}(?:(?:mas|recibir) .{0,20}{es}|{es}|que (?:me
      |nos) {esact})
    \bno (?:me |nos )(?:\w+ )?{esact} (?:mas|nada|{es}) | \bno (?:vuelvan?|sigan?) .{0,20}{esact}
    (?:\bno mas|basta (?:ya )?(?:de|con)|ningun) (?:\w+ )?{es}
    (?:dej|par|ces|ba(?:s|st))\w* (?:ya )?de (?:\w+ )?{esact} | (?:revoc|retir)\w* .{0,20}consentimiento | \bme opongo
    (?:no|nunca) .{0,20}(?:interesad[oa] en recibir|me interesa recibir|autorice|he autorizado)
    cancell\w{0,3}[mct][ie]\w* .{0,40}
    cancell\w* .{0,40}(?:iscrizione|list[ae]|indirizzo|newsletter|mailing|miei dati|mio|database|nominativo|abbonamento)
    disiscri\w* | disdi(?:re|co|tta|sco) .{0,30}(?:newsletter|iscri|abbon) | disattiva\w* .{0,30}newsletter
    (?:rimuov|togli|elimin|rimoss|toglie)\w* .{0,40}(?:list[ae]|indirizzo|mailing|elenco|database|newsletter
      |miei dati|nominativo)
    \bnon (?:\S+ ){0,4}(?:{itact}|desider\w*|vo(?:glio|gliamo|rrei)) .{0,40}(?:piu|altre|altri|ulterior\w+
      |vostre) ?(?:\S+ ){0,3}(?:{it}|{itact})?
    \bnon (?:\S+ ){0,3}{itact} piu | basta (?:con )?(?:\w+ ){0,2}(?:{it}|scriver\w*) | smett\w* .{0,10}di {itact}
    revoc\w* .{0,20}consenso | mi oppongo | lasciatemi in pace | niente piu {it}
    uit(?:te)?schrijv\w* | uitgeschreven | af(?:te)?meld\w* | afgemeld (?:worden|te)
    (?:schrijf|meld) (?:mij|me|ons) .{0,30}\b(?:uit|af)\b
    verwijder\w* .{0,40}(?:\bmij\b|\bme\b|\bons\b|mijn|onze|adres|lijst|bestand|gegevens|database)
    (?:adres|gegevens|naam|mij|ons) .{0,30}verwijder\w*
    geen (?:\w+ ){0,3}{nl} (?:\w+ ){0,4}(?:meer|ontvangen|toegestuurd|sturen) | geen {nl} meer
    wil(?:len)? (?:\w+ )?geen (?:\w+ )?{nl} | liever geen (?:\w+ )?{nl}
    niet (?:meer|langer) (?:\w+ ){0,4}{nlact} | (?:stop|hou) .{0,15}(?:met|op) .{0,30}(?:{nl}|{nlact})
    (?:haal|haalt|halen) (?:mij|me|ons) .{0,30}(?:van|uit|af) | (?:zeg|opzeg)\w* .{0,40}(?:nieuwsbrief|abonnement)
    abonnement .{0,20}opzeg\w*
    toestemming .{0,20}\bin\b | laat (?:mij|me|ons) met rust | bezwaar (?:tegen|maak) | maak .{0,20}bezwaar
    wypis(?:a|z|u)\w* | wyrejestr\w* | rezygn(?:uj|acj|owa)\w* | (?:anul|cof|wycof)\w* .{0,30}(?:subskryp\w*|zgod\w*)
    (?:usun|skresl|wykresl)\w* .{0,40}(?:mnie|nas|adres\w*|moj\w*|dane|danych|list\w*|baz\w*)
    nie (?:\S+ ){0,3}(?:chc\w*|zycz\w*|wyraza\w*) .{0,50}(?:{plact}|{pl}|zgod\w*)
    (?:prosze|prosimy|proszę)? ?(?:juz )?nie {plact}
    (?:przesta|zaprzesta)\w* .{0,30}{plact} | (?:zadnych|bez) (?:wiecej |dalszych )?{pl} | sprzeciw\w*
    dajcie .{0,10}spokoj
    (?:to|jest) (?:jest )?spam\b
    (?:cancel|remov|descadastr|exclu)\w* .{0,30}(?:subscricao|inscricao|assinatura|da lista|meu e-?mail|meus dados)
    descadastr\w*
    nao (?:quero|desejo|pretendo|queremos) .{0,30}(?:receb\w*|{pt})
    par(?:em|e|ar) de (?:\w+ )?(?:envi|mand|escrev|contact)\w*
    nao (?:me |nos )?(?:envi|mand|contact)\w+ mais | deixar de receber
    avregistrer\w* | avprenumer\w* | avsluta .{0,20}prenumeration
    (?:inga|ingen|ikke|ingen) (?:fler|flere) (?:mejl|mail|e-?post|nyhets|nyheds)\w*
    avmeld\w* | frameld\w* | (?:slet|fjern|stryk|ta bort) (?:mig|meg|min|os|oss) | meld(?:e)? (?:meg|mig|oss) (?:av|fra)
    odhlas\w* | leiratkoz\w* | (?:abonelik|liste)\w* (?:\w+ )?cik\w* | peruuta .{0,20}(?:tilaus|uutiskirj)\w*
    отпи[сш]\w+
    не (?:надо |хочу |желаю )?(?:мне |нам )?(?:больше )?(?:мне |нам )?(?:присыла|пиш|писать|отправля|получать
      |беспоко)\w*
    (?:удалите|уберите|исключите) .{0,40}(?:меня|нас|адрес|почт|рассыл|баз|спис)\w* | прекратите\b
"""

OTHER_NOT = r"""
    no (?:he|hemos|me ha|nos ha) (?:\w+ )?(?:recibid|llegad)\w* | no dud\w+.*
    non (?:ho|abbiamo) (?:ancora )?(?:ricevut|vist)\w* | non esit\w+.*
    (?:heb|hebben) (?:\w+ ){0,2}(?:geen|niet) .{0,40}(?:ontvangen|gekregen) | aarzel niet.*
    nie (?:otrzyma[lł]|dosta[lł]|dosz[lł])\w* .{0,40} | nie wahaj\w*.*
"""

ALONE = r"""
    stop+ | stopp | abmelden | abmeldung | austragen | abbestellen | abbestellung | unsubscribe | remove | kundigen
    kundigung | storno
    widerruf | widerspruch | ende | genug | schluss | arret | opt[- ]?out | cancel | loschen | entfernen | raus
    delete(?: me)? | unsub
    kein interesse(?: mehr)? | (?:i'?m |we are |we're )?not interested(?: any ?more)? | pas interessee?
    no me interesa | non interessa(?:to|ta)?
    geen interesse | (?:wir sind |ich bin )?(?:leider )?nicht (?:mehr )?interessiert
    (?:wir haben |ich habe |leider |hier besteht |es besteht )+kein interesse | keine mails(?: mehr)? | no mails?
    no e-?mails? | spam | (?:das ist |this is )spam
    (?:newsletter|mails?|e-?mails?|werbung|abo)[ :,-]*(?:stopp?|abmelden|abmeldung|abbestellen|kundigen|kundigung
      |nein(?: danke)?|unsubscribe)
    baja | desuscribir\w* | cancellami | cancellazione | disiscrizione | desabonnement | desinscription
    se desabonner | desabonner
    uitschrijven | afmelden | opzeggen | rezygnuje | rezygnacja | wypisz | wypisac | usun | отписаться | отписка
    стоп | odhlasit
    leiratkozas | avregistrera | afmeld | avmeld | abmelden bitte | aufhoren | lasst das
"""
