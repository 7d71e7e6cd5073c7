"""Why mail servers refuse mail, told from their words: the names of the reasons and the ordered phrases that find them.

Servers word the same thing in a hundred ways, and many send no enhanced code at all (GMX, web.de, T-Online), so the
words decide. The reasons are tried in order, the first one with a matching phrase wins: whatever speaks of the sender
stands before whatever speaks of the person, so that "sender unknown" never costs an address.

Phrases (domain/phrases.py) are matched against folded text: lower case, without accents. Knows nothing of codes; those
are read in domain/failure.py.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from nurture.domain.phrases import phrases


class Reason(StrEnum):
    """The finest that is told apart; domain/failure.py says what may be concluded from each."""

    USER_UNKNOWN = "userunknown"
    HOST_UNKNOWN = "hostunknown"
    HAS_MOVED = "hasmoved"
    NOT_ACCEPT = "notaccept"
    """The domain takes no mail at all (RFC 7504, RFC 7505)."""
    MAILBOX_FULL = "mailboxfull"
    SUSPENDED = "suspended"
    FILTERED = "filtered"
    """Refused by a rule of the recipient's, or no such person: the server does not say which."""
    EXPIRED = "expired"
    NETWORK = "network"
    SYSTEM = "system"
    BLOCKED = "blocked"
    SPAM = "spam"
    VIRUS = "virus"
    AUTH = "auth"
    """SPF, DKIM or DMARC."""
    POINTER = "pointer"
    """Our IP address leads to no name, or the name not back to it."""
    RATE = "rate"
    POLICY = "policy"
    SENDER = "sender"
    """The sender's address was refused, or may not write to this one."""
    RELAY = "relay"
    CONTENT = "content"
    TOO_BIG = "toobig"
    SYNTAX = "syntax"
    UNKNOWN = "unknown"


_WORDS = {
    "box": r"(?:mail ?box(?:es)?|mailfolder|mail ?drop|inbox|account|user|recipient|folder|postfach|konto|compte|boite)",
    "host": r"(?:host|domain|domain name|mail ?server|server|hostname|site|rechner|domane|destination|domaine)",
    "person": r"(?:users?|user ?id|recipients?|mail ?box|accounts?|address(?:es|ee)?|e-?mail|local[- ]?part|person|name"
    r"|member|customer|subscriber|alias|inbox|mail ?drop|benutzer|empfa?e?nger|adresse|postfach|konto|destinataire"
    r"|utilisateur|compte|destinatario|usuario|utente|cuenta)",
    "missing": r"(?:(?:un|not )known|not? found|(?:does not|doesn't|doesnt|not|isn't|nicht) exist(?:ing|ent)?|non-?existent"
    r"|no such|(?:not|isn't) (?:a )?(?:valid|recogni[sz]ed|registered|listed|local|defined|present|here|on this)|invalid"
    r"|(?:could not|couldn't|cannot|can't) be (?:found|resolved)|not in (?:our|the|my)|unresolvable|(?:un|nicht )bekannt"
    r"|existiert nicht|nicht (?:gefunden|vorhanden|gultig)|ungu?e?ltig|inconnue?|n'existe pas|inexistante?|introuvable"
    r"|desconocid[ao]|no existe|sconosciut[ao]|inesistente|no encontrado|onbekend|bestaat niet|is undefined|deleted)",
}

_PHRASES: dict[Reason, str] = {
    Reason.AUTH: r"""
        \bspf\b | \bdkim\b | \bdmarc\b | sender policy framework | unauthenticated (?:sender|e-?mail)
        \bsender id\b | sender.{0,20}not authenticated | purported responsible
        authentication (?:check|requirements) | forged (?:sender|from) | \b5\.7\.(?:2[0-46-9]|30|515)\b
    """,
    Reason.POINTER: r"""
        \bptr\b | \brdns\b | reverse (?:dns|name|lookup|hostname) | ip name lookup
        cannot find your (?:reverse )?host | (?:resolve|verify|fix) your (?:ip|host|reverse)
        (?:no|invalid|missing) reverse
    """,
    Reason.RATE: r"""
        rate[- ]limit | throttl | unusual rate | rate that prevents | too (?:fast|much mail) | concurren | zu viele
        trop de | too many (?:\w+ ){0,2}(?:connections|sessions|messages|mails|e-?mails|errors|recipients)
        exceed(?:ed|s)? .{0,40}(?:sends|per (?:hour|day|minute|connection)|connections|messages)
        (?:sending|mail|message) (?:rate|limit|quota) .{0,20}exceed | limit .{0,20}exceeded for (?:ip|host)
        unexpected volume | (?:relay|sending|daily) quota
    """,
    Reason.VIRUS: r"""
        \bvirus | malware | trojan | infected | \bworm\b | harmful attachment
        attachment .{0,20}(?:blocked|not allowed)
    """,
    Reason.SPAM: r"""
        \bspam | junk (?:mail|e-?mail) | \bu[bc]e\b | unsolicited | bulk (?:mail|e-?mail) | phish | pourriel
        [su]r[ib]l\b | blacklisted (?:url|link) | mail rejete | \bofr_?50\d | unwanted (?:mail|content|message)
        high probability of | unerwu?e?nschte? (?:werbe|e-?mail|nachricht)
    """,
    Reason.RELAY: r"""
        \brelay(?:ing)?\b.{0,60}(?:den|not|prohibit|reject|fail|refus|access|disallow) | \brelaying\b | rcpthosts
        (?:unable|not (?:allowed|permitted|authori[sz]ed)|cannot|can't|refuse|don't|no) (?:to )?relay
        not (?:one of )?our customers
    """,
    Reason.BLOCKED: r"""
        block[- ]?list | (?<!may be )black[- ]?list | \bdnsbl | \br(?:hs)?bl\b | spamhaus | spamcop
        barracudacentral | \bsorbs\b | (?<!account is )(?<!mailbox is )\bblocked\b(?!.{0,20}(?:recipient|user|mailbox))
        is listed | (?:host|network) not allowed | user complaints
        (?<!not )listed (?:in|at|on|by) | reputation | bann(?:ed|ing) | client (?:host|address|ip) .{0,80}reject
        may not be mail exchanger | part of their network | dial-?up | transient ip
        your (?:ip|host|isp|network|mail ?server|domain) .{0,60}(?:reject|denied|refus|not (?:allowed|accept))
        \bip (?:address )?(?:\S+ )?(?:is )?(?:rejected|refused|denied|not (?:allowed|accepted)|forbidden)
        dynamic(?:ally)?[- ](?:ip|assigned|address|looking) | smtp server of your isp | no smtp service
        (?<!address rejected: )(?<!addresses rejected : )access denied
        connection (?:rejected|refused by policy) | not accepting (?:connections|mail) from | hote? refuse
        service (?:refused|denied|not available|unavailable; client) | gesperrte? (?:ip|server|absender)
        ip=[\d.:a-f]+ - a problem
    """,
    Reason.SENDER: r"""
        sender(?:'s)? (?:e-?mail )?(?:address |domain |mx |host )?(?:(?:is|was|has been) )?(?:reject|refus|denied
          |unverif|verif|must)
        sender(?:'s)? (?:e-?mail )?(?:address |domain |mx |host )?(?:(?:is|was|has been|has no|has) )?{missing}
        senders? (?:not|must|are not|is not|isn't|cannot) | domain of sender | sender.s domain | null sender
        (?:unroutable|invalid|bad|unknown|illegal|verify|blocked|rejected|wrong
          |fake) (?:the )?(?:return |envelope[- ])?sender
        bad reverse path | return ?path .{0,40}(?:invalid|not)
        mail from .{0,60}(?:refused|rejected|denied|not (?:allowed|accept))
        \bfrom:? .{0,60}(?:not exist|does not|rejected|invalid|not allowed) | adresse d'expediteur | authrequired
        absender\w* .{0,40}(?:abgelehnt|nicht|unbekannt|ungu?e?ltig|gesperrt) | permission to post
        (?:not|only) .{0,30}(?:approved|allowed|authorized|trusted|permitted) senders?
        does(?:n't| not) accept .{0,40}senders
        not (?:authorized|allowed|permitted|have permission) to (?:send|post|submit|mail|e-?mail)
        authenti(?:cation|cated) (?:is )?required | requires? (?:smtp )?authentication
    """,
    Reason.TOO_BIG: r"""
        message (?:size|length|header size|file too|too|exceeds)(?!.{0,30}quota).{0,60}(?:exceed|big|large|limit
          |maximum|long)
        message (?:is |was )?too (?:big|large) | (?:mail|message|size|data) (?:is )?(?:larger|bigger) than
        message trop | (?:mail|message) (?:size|data) (?:limit|exceed) | exceeds? .{0,30}maximum (?:message )?size
        max(?:imum|imal)? (?:message|mail) size | size limit (?:of|for) (?:a |the )?message
        too (?:big|large) (?:for|message) | size of your message | message file too big
        (?:mail|nachricht|anhang) (?:ist )?zu gro | erlaubte gro?
    """,
    Reason.MAILBOX_FULL: r"""
        {box}(?:'s)?\b .{0,60}?(?:\bfull\b|quota|exceed|out of (?:storage|space)|\bvoll\b|pleine|plein\b|esta llen
          |llen[ao]\b|piena)
        \bquota\b | over ?quota | exceeded storage | storage allocation | full mailbox | mailfull
        too much (?:mail )?data in | insufficient (?:system |disk |mailbox )?(?:storage|space|disk)
        (?:not|does not have) enough (?:storage|disk|free) ?space | no space left | disk (?:is )?full
        exceeds? (?:the )?(?:mailbox|storage|disk) | speicherplatz | shutoffquota | (?:allocated|available) space
        out of (?:disk )?(?:space|storage) | uberfullt | voll ist
    """,
    Reason.NOT_ACCEPT: r"""
        \bnull ?mx\b
        {host} (?:does(?:n't| not)|is not|never) (?:accept|receiv)\w* (?:any )?(?:e-?mail|mail|network messages)
        does(?:n't| not) (?:accept|receive) (?:any )?(?:e-?mail|mail|smtp)\b(?! (?:from|to))
        not accepting network messages | no mail(?: is)? accepted
        nimmt keine (?:e-?mails?|mails?|nachrichten) (?:an|entgegen) | smtp service not available here
    """,
    Reason.HAS_MOVED: r"""
        {person} (?:has |have |is )?(?:been )?(?:moved|changed|relocated) | has moved | moved to | has been replaced
        replaced by
        no longer (?:at|on|with|exists?|available|valid|here|works?|employed|in use|in service|used|being used
          |active|a valid|accept)
        new (?:e-?mail )?address | left the company
        nicht mehr (?:gultig|aktiv|existent|vorhanden|erreichbar|bei|im unternehmen) | n'existe plus | n'est plus
        ya no (?:existe|trabaja)
    """,
    Reason.SUSPENDED: r"""
        {person}\b.{0,60}?(?:disabled|inacti|suspended|locked|frozen|deactivated|not active|on hold|deaktiviert|gesperrt)
        (?:disabled|inactive|suspended|locked|frozen|deactivated|gesperrtes) {person} | suspendu | desactive
        (?:account|mailbox) (?:has |is |was )?expired | expired (?:account|mailbox) | not been activated
        is not accepting (?:any )?(?:mail|messages) | vacation mailbox
        (?:account|compte|mailbox|konto) .{0,30}bl(?:ocked|oque)
    """,
    Reason.CONTENT: r"""
        (?:improper|8-?bit|non-?ascii) .{0,20}(?:header|data|use) | rfc ?[25]?[38]22 | rfc.{0,10}complian
        bad header | (?:header|body|content) (?:error|format|contains|reject|refused)
        content (?:filter|scan|conversion)
        message (?:content )?(?:(?:has been|was) )?(?:rejected|refused) (?:due to|because of) (?:its )?content
        (?:header|subject|content|attachment) .{0,40}(?:not allowed|not accept|reject|illegal|missing|invalid
          |malformed)
        missing (?:header|date|from|message-id) | multiple .{0,30}(?:header|addresses)
    """,
    Reason.POLICY: r"""
        polic(?:y|ies) | security (?:reason|restrict|violation|issue|risk|setting) | (?:for|of|to) security
        administrativ | prohibited | starttls | \btls\b (?:required|is) | must issue
        encryption (?:required|needed) | (?:local|site) rule | denied by | not allowed by | forbidden | violat
        richtlinie | regelwerk | sicherheits | ask your postmaster | address is not verified
    """,
    Reason.NETWORK: r"""
        (?:name|host|dns|domain|mx|address).{0,30}lookup (?:failure|failed|error|timed)(?!.{0,60}{missing})
        try again\b.{0,40}(?:name|dns|host)
        (?:dns|nameserver|name server).{0,30}(?:error|fail|timeout|temporar|busy|problem)(?!.{0,60}{missing})
        bad file descriptor | invalid mx | name service error(?!.{0,80}not found(?!.{0,12}try))
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
    Reason.HOST_UNKNOWN: r"""
        {host}(?: or domain name)?(?: (?:name )?[\"'(]?\S{1,120}\.\S{1,60})?:?(?: is
          | was)? {missing}(?!.{0,12}try again)
        has no mail exchanger | responsedomain ?does ?not ?exist
        (?:unknown|no such|non-?existent|invalid|illegal|bad destination|unrouteable|unroutable) (?:mail )?{host}
        nxdomain | no (?:valid )?(?:mx|a|dns)(?: or a| or mx)? (?:record|entr|host|server) | all relevant mx records
        can't find .{0,40}(?:domain|host|mx)
        (?:can't|couldn't|cannot|could not|unable to) (?:find|resolve) (?:any |a |the )?{host}
    """,
    Reason.USER_UNKNOWN: r"""
        5\.1\.0 address rejected | recipient address(?:es)? rejected ?: access denied | {person}\b.{0,80}?{missing}
        (?:dest|recip)\w*notf(?:ou)?nd | unrouteable address | unknown:? (?:user|address)
        (?:unknown|no such|non-?existent|invalid|not a valid|not our|illegal|bad|no|unrouteable|undeliverable
          |unrecogni[sz]ed|no valid) (?:\w+ ){0,2}{person}\b
        (?:unbekannter?|ungu?e?ltiger?|kein(?:e|en)?|can't find|cannot find|could not find|incorrect|wrong
          |deleted) (?:\w+ )?{person}\b
        does(?:n't| not) have (?:a|an) .{0,60}(?:account|mailbox) | not here | no (?:mail)? ?box here
        no one by that | who are you looking | {person} (?:name )?(?:is )?unavailable | unknown local
        not listed in | \bnot a (?:known|valid|local|registered)\b | (?:gibt es|existiert) (?:hier |bei uns )?nicht
        nicht zustellbar | not a member | no such | userunknown | \bboite .{0,30}inexistante | user.{0,20}no found
        account (?:has been |was |is )?(?:deleted|removed|closed|terminated)
    """,
    Reason.FILTERED: r"""
        filtered | (?:refused|rejected) by (?:the )?(?:recipient|user)\b(?! domain)
        (?:recipient|user) (?:refuse|reject|does not (?:want|wish))
        (?:restricted|not accept) .{0,40}(?:sender|message|mail) | rule imposed | recipient'?s? preference
    """,
    Reason.EXPIRED: r"""
        (?:delivery|envelope|retry|message|queue|time|lifetime|warteschlange).{0,30}?(?:expired|timed? ?out|exceeded
          |abgelaufen)
        giving up | gr[ea]y-?list | failed \d+ attempts | hosts have been failing | undelivered after
        (?:not|cannot|unable to) (?:be )?(?:deliver\w*|sen[dt]) .{0,30}(?:for|within|after|in|since) .{0,20}(?:day
          |hour|minute|second)
        for (?:more than )?\d+ (?:days|hours|minutes|seconds) | delayed | deferred | still (?:trying|being retried)
        too (?:long|old) | not yet been delivered | (?:keep|be) (?:trying|retried) | will continue | undelivered for
        verzo?e?ger | verspatet
    """,
    Reason.SYSTEM: r"""
        (?:system|internal|server|local|config\w*|resource|processing|temporary|i/o|unexpected|mailer|program
          |command|software|database|ldap|service).{0,20}(?:error|fail|trouble|problem|unavailable|overload|crash
          |busy|output|died)
        temporarily | temporaire | vorubergehend | try (?:again )?later | please try again | out of memory
        can(?:not|'t) (?:create|open|append|update|write|exec) | shutting down | resources
    """,
    Reason.SYNTAX: r"""
        syntax | bad sequence | improper sequence | command (?:not )?(?:unrecogni|implemented|reject|unknown)
        unrecogni[sz]ed | (?:need|send|valid) (?:rcpt|mail|helo|ehlo) | protocol error | nested mail
        bad (?:helo|command|parameter)
    """,
}

_RULES = tuple((reason, phrases(lines, _WORDS)) for reason, lines in _PHRASES.items())
_NOT_WORDS = re.compile(
    r"https?://\S{1,500}|[^\s<>@]{1,200}@[\w.-]{1,255}|\bhost \S{1,200}(?=\s*\[)"
    r"|smtp error from \S{1,20} \S{1,20} ?\S{1,20} after [^:]{1,60}:"
)
_LISTS = re.compile(r"https?://[^\s/]{0,80}(?:spamhaus|spamcop|barracuda|sorbs|abuseat|senderscore|surbl|block|[bu]ribl)")
"""Some servers answer with nothing but a link to the list that has us."""
_ACCENTS = re.compile("[\u0300-\u036f]")
_LONGEST = 3_000


def reason_in(text: str) -> Reason | None:
    """What the words say, or None if they say nothing that is known. Addresses, links and host names are no words."""
    plain = folded(text[:_LONGEST])
    words = " ".join(_NOT_WORDS.sub(" ", plain).split())
    found = next((reason for reason, pattern in _RULES if pattern.search(words)), None)
    return Reason.BLOCKED if found is None and _LISTS.search(plain) else found


def folded(text: str) -> str:
    """Lower case, without accents and typographic quotes, so that one phrase finds all spellings."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).replace("\u2019", "'").replace("ß", "ss")
    return unicodedata.normalize("NFC", plain).lower()
