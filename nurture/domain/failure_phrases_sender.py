"""The ordered phrases by which refusals that are about the sender, its server or its mail are told.

They are tried before those about the recipient (domain/failure_phrases.py), so that "sender unknown" costs no address.
"""

from __future__ import annotations

from nurture.domain.reason import Reason

SENDER_PHRASES: tuple[tuple[Reason, str], ...] = (
    (
        Reason.AUTH,
        r"""
            \bspf\b | \bdkim\b | \bdmarc\b | sender policy framework | unauthenticated
            \bsender id\b | sender.{0,20}not authenticated | purported responsible
            authentication (?:check|requirements) | failed to authenticate | forged (?:sender|from)
            \b5\.7\.(?:2[0-46-9]|30|515)\b
        """,
    ),
    (
        Reason.POINTER,
        r"""
            \bptr\b | \brdns\b | reverse (?:dns|name|lookup|hostname) | ip name lookup
            cannot find your (?:reverse )?host | (?:resolve|verify|fix) your (?:ip|host|reverse)
            (?:no|invalid|missing) reverse | (?:invalid|bad|unknown|illegal) (?:helo|ehlo)
            \b(?:helo|ehlo)\b.{0,60}(?:{missing}|reject|denied|must|requires|syntax)
        """,
    ),
    (
        Reason.MAILBOX_FULL,
        r"""
            (?:mail ?box|account|inbox|user|recipient)(?:'s)? (?:\w+ ){0,1}has too many
        """,
    ),
    (
        Reason.RATE,
        r"""
            rate[- ]limit | throttl | unusual rate | rate that prevents | too (?:fast|much mail)
            concurren | frequency limit | zu ?viele (?!.{0,20}(?:server|postfach)) | (?:daily|hourly) limit
            reached (?:your|the) .{0,20}(?:sending|sends) | limit for sending | harvest(?:ing)? (?:attack|detect)
            dictionary attack
            trop de | too many (?:\w+ ){0,2}(?:connections|sessions|messages|mails|e-?mails|errors|recipients|rcpts)
              (?! (?:in|on) (?:this|the|his|her|your|server)\b(?! (?:smtp )?(?:connection|session|hour|day|minute)))
            exceed(?:ed|s)? .{0,40}(?:sends|per (?:hour|day|minute|connection)|connections|messages)
            (?:sending|mail|message) (?:rate|limit|quota) .{0,20}exceed | limit .{0,20}exceeded for (?:ip|host)
            unexpected volume | (?:relay|sending|daily) quota
        """,
    ),
    (
        Reason.VIRUS,
        r"""
            \bvirus | \bviren(?:fund)?\b | malware | trojan | infected | \bworm\b
            (?:harmful|illegal|forbidden|dangerous) (?:file )?attachment
            attachment .{0,20}(?:blocked|not allowed)
        """,
    ),
    (
        Reason.SPAM,
        r"""
            \bspam | suspicious | (?:by|from) (?:\w+ ){0,2}anti-?spam | content denied | junk ?(?:mail|e-?mail)
            \bu[bc]e\b
            unsolicited | bulk (?:mail|e-?mail) | phish | pourriel
            [su]r[ib]l\b | blacklisted (?:url|link) | mail rejete | \bofr_?50\d | unwanted (?:mail|content|message)
            high probability of | unerwu?e?nschte? (?:werbe|e-?mail|nachricht)
        """,
    ),
    (
        Reason.RELAY,
        r"""
            \brelay(?:ing)?\b.{0,60}(?:den|not|prohibit|reject|fail|refus|access|disallow) | \brelaying\b | rcpthosts
            (?:unable|not (?:allowed|permitted|authori[sz]ed)|cannot|can't|refuse|don't|no) (?:to )?relay
            not (?:one of )?our customers | (?:do|does|will) not relay
        """,
    ),
    (
        Reason.SUSPENDED,
        r"""
            (?<!your )(?<!sender )(?<!sender's )(?:mail ?box|account|user)(?: \w+){0,2} (?:is|was|has been|been)
              (?: temporarily| currently)? (?:blocked|banned)
        """,
    ),
    (
        Reason.BLOCKED,
        r"""
            block[- ]?list | (?<!may be )black[- ]?list | \bdnsbl | \br(?:hs)?bl\b | spamhaus | spamcop
            barracudacentral | \bsorbs\b
            (?<!account is )(?<!mailbox is )\bblocked\b(?! you\b)(?!.{0,20}(?:recipient|user|mailbox))
            is listed | (?:host|network) not allowed | user complaints
            (?<!not )listed (?:in|at|on|by) | reputation | bann(?:ed|ing) | client (?:host|address|ip) .{0,80}reject
            may not be mail exchanger | part of their network | dial-?up | transient ip
            your (?:ip|host|isp|network|mail ?server|domain) .{0,60}(?:reject|denied|refus|not (?:allowed|accept))
            \bip (?:address )?(?:\S+ )?(?:is )?(?:rejected|refused|denied|not (?:allowed|accepted)|forbidden)
            dynamic(?:ally)?[- ](?:ip|assigned|address|looking) | smtp server of your isp | no smtp service
            (?<!address rejected: )(?<!addresses rejected : )access denied
            connection (?:rejected|refused by policy) | not accepting (?:connections|mail) from | hote? refuse
            service (?:refused|denied|not available|unavailable; client) | gesperrte? (?:ip|server|absender)
            ip=[\d.:a-f]+ - a problem | white ?list | sperrliste | \bgeblockt | \b(?:dt|mi|hl|rp|wm):[a-z]{3}\b
            messages from (?:your|ip|this|the following)?.{0,20}(?:permanently deferred|will be deferred)
            not (?:allowed|permitted|authori[sz]ed) to connect | list of allowed | unknown (?:client|host) .{0,20}denied
        """,
    ),
    (
        Reason.SENDER,
        r"""
            sender(?:'s)? (?:e-?mail )?(?:address |domain |mx |host )?(?:(?:is|was|has been) )?(?:reject|refus|denied
              |unverif|verif|must)
            sender(?:'s)? (?:e-?mail )?(?:address |domain |mx |host )?(?:(?:is|was|has been|has no|has) )?{missing}
            senders? (?:not|must|are not|is not|isn't|cannot) | domain of sender | sender.s domain | null sender
            (?:unroutable|invalid|bad|unknown|illegal|verify|blocked|rejected|wrong
              |fake) (?:the )?(?:return |envelope[- ])?sender
            account of (?:the )?sender | badmailfrom | envelope sender | (?:return|reverse)[- ]?path .{0,60}{missing}
            (?:invalid|unknown|bad) return[- ]?(?:path|address) | return address .{0,30}{missing}
            sender .{0,40}(?:verif\w+|call-?out|call-?back)\b.{0,20}fail | mail from .{0,40}must
            members? only | only (?:\w+ ){0,2}(?:members|subscribers) | you (?:are|'re) not (?:a )?(?:member|subscri\w+)
            restricted to (?:\w+ )?(?:members|subscribers) | non-?members?
            bad reverse path | return ?path .{0,40}(?:invalid|not)
            mail from .{0,60}(?:refused|rejected|denied|not (?:allowed|accept))
            \bfrom:? (?!(?:the |a )?(?:remote|other|recipient|destination)).{0,60}(?:not exist|does not|rejected|invalid
              |not allowed)
            adresse d'expediteur | authrequired
            absender\w* .{0,40}(?:abgelehnt|nicht|unbekannt|ungu?e?ltig|gesperrt) | permission to post
            (?:not|only) .{0,30}(?:approved|allowed|authorized|trusted|permitted) senders?
            does(?:n't| not) accept .{0,40}senders
            not (?:authori[sz]ed|allowed|permitted|have permission) to (?:send|post|submit|mail|e-?mail)
            authenti(?:cation|cated) (?:is )?required | requires? (?:smtp )?authentication
        """,
    ),
)
