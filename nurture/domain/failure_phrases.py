"""The ordered phrases by which servers' refusals are told apart: English, German and French.

The reasons are tried in order, the first one with a matching phrase wins; those of domain/failure_phrases_sender.py
before all of these. A reason may stand twice: what is clear comes early, what is vague late. Other languages are in
domain/failure_languages.py.
"""

from __future__ import annotations

from nurture.domain.reason import Reason

WORDS = {
    "box": r"(?:mail ?box(?:es)?|mailfolder|mail ?drop|inbox|account|user|recipient|folder|postfach|konto|compte|boite)",
    "host": r"(?:host|domain|domain name|mail ?server|server|hostname|site|rechner|domane|destination|domaine|hote)",
    "person": r"(?:users?|user ?id|recipients?|mail ?box|accounts?|address(?:es|ee)?|e-?mail|local[- ]?part|person|name"
    r"|member|customer|subscriber|alias|inbox|mail ?drop|username|(?:be)?nutzer(?:konto)?|teilnehmer"
    r"|mitarbeiter|empfa?e?nger(?:adresse)?|(?:mail)?adresse|adressat|abonne"
    r"|postfach|konto|destinataire|utilisateur|compte|boite(?: mail| aux lettres)?)",
    "missing": r"(?:(?:un|not )known|(?:not?|n't) found|(?:does not|doesn't|doesnt|not"
    r"|isn't|nicht) (?:seem to |appear to )?exist(?:ing|ent)?"
    r"|non-?exist(?:ent|ing)|no such|(?:not|isn't|n't) (?:a )?(?:valid|recogni[sz]ed|registered|listed|local|defined"
    r"|present|here|hosted|on (?:this|our|the )?\s?(?:server|system|host)|one of (?:our|my))|invalid"
    r"|(?:could not|couldn't|cannot|can't) be (?:found|resolved|located)|(?:does not|doesn't) resolve"
    r"|not (?:found )?in (?:our|the|my|directory|database|ldap)|unresolvable|unrecogni[sz]ed|(?:un|nicht )bekannt"
    r"|existiert (?:hier )?nicht|nicht (?:gefunden|vorhanden|gultig|registriert|eingerichtet"
    r"|angelegt|vergeben)|ungu?e?ltig|inconnue?|n'existe pas|inexistante?"
    r"|introuvable|is undefined|not (?:in use|assigned)|retired|supprimee?|deleted|discontinued)",
}

PHRASES: tuple[tuple[Reason, str], ...] = (
    (
        Reason.TOO_BIG,
        r"""
            message (?:size|length|header size|file too|too|exceeds)(?!.{0,30}quota).{0,60}(?:exceed|big|large|limit
              |maximum|long)
            message (?:is |was )?too (?:big|large) | (?:mail|message|size|data) (?:is )?(?:larger|bigger) than
            message trop | (?:mail|message) (?:size|data) (?:limit|exceed)(?!.{0,30}quota)
            exceeds? .{0,30}maximum (?:message )?size
            max(?:imum|imal)? (?:message|mail) size | size limit (?:of|for) (?:a |the )?message
            too (?:big|large) (?:for|message) | size of your message | message file too big
            (?:mail|nachricht|anhang) (?:ist )?zu gro | erlaubte gro?
        """,
    ),
    (
        Reason.MAILBOX_FULL,
        r"""
            {box}(?:'s)?\b .{0,60}?(?:\bfull\b|quota|exceed|out of (?:storage|space)|limit\b|capacity|uberfull
              |\bvoll\b|pleine|plein\b|esta llen
              |llen[ao]\b|piena)
            \bquota\b | over ?quota | exceeded storage | storage allocation | full mailbox | mailfull
            too much (?:mail )?data in | insufficient (?:system |disk |mailbox )?(?:storage|space|disk)
            (?:not|does not have) enough (?:storage|disk|free) ?space | no space left | disk (?:is )?full
            exceeds? (?:the )?(?:mailbox|storage|disk) | speicherplatz | shutoffquota | (?:allocated|available) space
            at its maximum | exhausted .{0,20}(?:space|storage) | too many messages (?:in|on) | speicher(?:volumen|limit)
            kein(?:en)? platz
            zu ?viele mails auf
            out of (?:disk )?(?:space|storage) | uberfullt | voll ist
        """,
    ),
    (
        Reason.NOT_ACCEPT,
        r"""
            \bnull ?mx\b
            {host} (?:does(?:n't| not)|is not|never) (?:accept|receiv)\w* (?:any )?(?:e-?mail|mail|network messages)
            does(?:n't| not) (?:accept|receive) (?:any )?(?:e-?mail|mail|smtp)\b(?! (?:from|to))
            not accepting network messages | no mail(?: is)? accepted
            nimmt keine (?:e-?mails?|mails?|nachrichten) (?:an|entgegen) | smtp service not available here
        """,
    ),
    (
        Reason.HAS_MOVED,
        r"""
            {person} (?:has |have |is )?(?:been )?(?:moved|changed|relocated) | has moved | moved to | ausgeschieden
            unternehmen verlassen | has been replaced
            replaced by
            no longer (?:at|on|with|exists?|available|valid|here|works?|employed|in use|in service|used|being used
              |active|a valid|accept)
            new (?:e-?mail )?address | left (?:the|our|this) (?:company|organi[sz]ation|firm|business)
            (?:user|person|employee|recipient|he|she)\b.{0,40}? has left\b
            nicht mehr (?:gultig|aktiv|existent|vorhanden|erreichbar|bei|im unternehmen) | n'existe plus | n'est plus
            ya no (?:existe|trabaja)
        """,
    ),
    (
        Reason.SUSPENDED,
        r"""
            {person}\b.{0,60}?(?:disabled|inacti|suspended|locked|frozen|deactivated|not active|on hold|deaktiviert
              |gesperrt)
            (?:disabled|inactive|suspended|locked|frozen|deactivated|gesperrtes) {person} | suspendu | desactive
            (?:account|mailbox) (?:has |is |was )?expired | expired (?:account|mailbox) | not been activated
            is not accepting (?:any )?(?:mail|messages) | {box}\b.{0,30}(?<! or) not accepting (?:any )?mail | stillgelegt
            overdue | unpaid | non-?payment | vacation mailbox
            (?:account|compte|mailbox|konto) .{0,30}bl(?:ocked|oque)
        """,
    ),
    (
        Reason.CONTENT,
        r"""
            (?:improper|8-?bit|non-?ascii) .{0,20}(?:header|data|use) | rfc ?[25]?[38]22 | rfc.{0,10}complian
            bad header | (?:header|body|content) (?:error|format|contains|reject|refused)
            content (?:filter|scan|conversion)
            message (?:content )?(?:(?:has been|was) )?(?:rejected|refused) (?:due to|because of) (?:its )?content
            (?:header|subject|content|attachment) .{0,40}(?:not allowed|not accept|reject|illegal|missing|invalid
              |malformed)
            missing (?:header|date|from|message-id) | multiple .{0,30}(?:header|addresses)
        """,
    ),
    (
        Reason.POLICY,
        r"""
            polic(?:y|ies) | security (?:reason|restrict|violation|issue|risk|setting) | (?:for|of|to) security
            administrativ | prohibited | starttls | \btls\b (?:required|is) | must issue
            encryption (?:required|needed) | (?:local|site) rule | denied by | not allowed by | forbidden | violat
            richtlinie | regelwerk | sicherheits | ask your postmaster | address is not verified
        """,
    ),
    (
        Reason.NETWORK,
        r"""
            (?:name|host|dns|domain|mx|address).{0,30}lookup (?:failure|failed|error|timed)(?!.{0,60}{missing})
            try again\b.{0,40}(?:name|dns|host) | temporar\w+ (?:dns|name|lookup|resolution)
            (?:dns|nameserver|name server).{0,30}(?:error|fail|timeout|temporar|busy|problem)(?!.{0,80}(?:nxdomain
              |{missing}))
            bad file descriptor | (?:did|does|do)(?:n't| not) (?:answer|respond) | invalid mx
            name service error(?!.{0,80}not found(?!.{0,12}try))
            not found,? try again | (?:server|host) (?:is )?not (?:responding|reachable) | could not find a gateway
            did not accept our requests to connect
            connection (?:to .{1,60})?(?:timed out|refused|reset|dropped|lost|closed|failed)
            (?:verbindung|connexion) .{0,40}(?:fehl|nicht|refus)
            (?:timed out|lost connection|timeout) (?:while|with|during|waiting|connecting|to) | operation timed out
            no route | unreachable | loop(?:s|ing)? (?:back|detect) | mail (?:forwarding )?loop | too many hops
            hop count | routing loop | host .{0,20}is down
            (?:couldn't|could not|unable to|cannot|can't|wasn't able to) (?:connect|establish|reach|contact
              |open (?:a )?connection)
        """,
    ),
    (
        Reason.HOST_UNKNOWN,
        r"""
            {host}(?: or domain name)?(?: (?:name )?[\"'(]?\S{1,120}\.\S{1,60})?:?(?: is
              | was)? {missing}(?!.{0,12}try again)
            has no mail exchanger | responsedomain ?does ?not ?exist
            (?:unknown|unbekannter?|no such|non-?exist(?:ent|ing)|invalid|illegal|bad destination|unrouteable
              |unroutable) (?:mail )?{host}
            nxdomain | no (?:mail ?)?(?:server|exchanger|host)s? (?:\w+ ){0,3}(?:for|found|exists?)
            no (?:valid )?(?:mx|a|dns)(?: or a| or mx)? (?:record|entr|host|server) | all relevant mx records
            can't find .{0,40}(?:domain|host|mx)
            (?:can't|couldn't|cannot|could not|unable to) (?:find|resolve) (?:any |a |the )?{host}
        """,
    ),
    (
        Reason.USER_UNKNOWN,
        r"""
            5\.1\.0 address rejected | recipient address(?:es)? rejected ?: access denied | {person}\b.{0,80}?{missing}
            (?:dest|recip)\w*notf(?:ou)?nd | unroute?able address | unknown:? (?:user|address)
            (?:unknown|no such|non-?exist(?:ent|ing)|invalid|not a valid|not our|illegal|bad|no|unrouteable
              |undeliverable
              |unrecogni[sz]ed|no valid) (?:\w+ ){0,2}{person}\b
            (?:unbekannter?|ungu?e?ltiger?|kein(?:e|en)?|can't find|cannot find|could not find|incorrect|wrong
              |deleted) (?:\w+ )?{person}\b
            no ?(?:one|body) (?:\w+ ){0,3}(?:by|with) that name | nobody knows
            not (?:a )?local (?:user|mailbox|recipient)
            (?:do|does)(?: not|n't) know (?:\w+ ){0,2}{person}\b | not one of (?:our|my) | n't one of (?:our|my)
            (?:can't|cannot|couldn't|could not|unable to) (?:find|locate|identify) (?:\w+ ){0,2}{person}\b
            (?:aucune?|not found in) (?:\w+ )?(?:{person}|directory|database)\b
            (?:could not|couldn't|cannot|unable to) resolve (?:the )?(?:recipient|address|user|mailbox)
            unknown[-_](?:user|recipient|address|mailbox)
            (?:user|recipient|mailbox|address)[-_](?:unknown|not[-_]found)
            (?:mailbox|postfach|account|konto|address|user)\b.{0,30}(?:(?:been|was|is) (?:removed|closed|terminated
              |cancell?ed)
              |geloscht|entfernt|aufgelost)
            (?:is|are|was) not hosted | not host (?:\w+ )?{person}\b | (?:was|were|is)n't found at
            does(?:n't| not) have (?:a|an) .{0,60}(?:account|mailbox) | not here | no (?:mail)? ?box here
            no one by that | who are you looking | {person} (?:name )?(?:is )?unavailable | unknown local
            not listed in
            not in my validrcptto | nicht im (?:\S+ )?\S*(?:verzeichnis|directory|adressbuch)
            \bnot a (?:known|valid|local|registered)\b | (?:gibt es|existiert) (?:hier |bei uns )?nicht
            nicht zustellbar | not a member | no such | userunknown | \bboite .{0,30}inexistante | user.{0,20}no found
            account (?:has been |was |is )?(?:deleted|removed|closed|terminated)
        """,
    ),
    (
        Reason.FILTERED,
        r"""
            filtered | (?:refused|rejected) by (?:the )?(?:recipient|user)\b(?! domain)
            (?:recipient|user) (?:refuse|reject|does not (?:want|wish))
            (?:restricted|not accept) .{0,40}(?:sender|message|mail) | rule imposed | recipient'?s? preference
        """,
    ),
    (
        Reason.POLICY,
        r"""
            (?:mail|message|e-?mail) (?:was |is |has been )?(?:refused|will be refused)
            will not accept (?:delivery|mail|messages) (?:of|from)
        """,
    ),
    (
        Reason.EXPIRED,
        r"""
            (?:delivery|envelope|retry|message|queue|time|lifetime|warteschlange).{0,30}?(?:expired|timed? ?out|exceeded
              |abgelaufen)
            giving up | gr[ea]y-?list | failed \d+ attempts | hosts have been failing | undelivered after
            (?:not|cannot|unable to) (?:be )?(?:deliver\w*|sen[dt]) .{0,30}(?:for|within|after|in|since) .{0,20}(?:day
              |hour|minute|second)
            for (?:more than )?\d+ (?:days|hours|minutes|seconds) | delayed | deferred | still (?:trying|being retried)
            too (?:long|old) | not yet been delivered | (?:keep|be) (?:trying|retried) | will continue | undelivered for
            verzo?e?ger | verspatet
        """,
    ),
    (
        Reason.SYSTEM,
        r"""
            (?:system|internal|server|local|config\w*|resource|processing|temporary|i/o|unexpected|mailer|program
              |command|software|database|ldap|service).{0,20}(?:error|fail|trouble|problem|unavailable|overload|crash
              |busy|output|died)
            temporarily | temporaire | vorubergehend | try (?:again )?later | please try again | out of memory
            can(?:not|'t) (?:create|open|append|update|write|exec) | shutting down | resources
        """,
    ),
    (
        Reason.SYNTAX,
        r"""
            syntax | bad sequence | improper sequence | command (?:not )?(?:unrecogni|implemented|reject|unknown)
            unrecogni[sz]ed | (?:need|send|valid) (?:rcpt|mail|helo|ehlo)\b(?! to\b) | protocol error | nested mail
            bad (?:helo|command|parameter)
        """,
    ),
)
