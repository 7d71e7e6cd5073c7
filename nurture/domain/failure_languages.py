"""Phrases of refusals in Spanish, Italian, Portuguese, Dutch, Russian, Chinese and Japanese, and more French.

Tried in order, where none of domain/failure_phrases.py matches. Chinese and Japanese have no spaces between words, so
their phrases stand without word boundaries.
"""

from __future__ import annotations

from nurture.domain.reason import Reason

OTHER_WORDS = {
    "person": r"(?:destinatari[oa]s?|usuari[oa]s?|utente|cuenta|conta|buzon|cas[ei]ll?a(?: postale| di posta)?"
    r"|caixa(?: postal| de correio)?|correo|correio|indirizzo|endereco"
    r"|direccion|rubrica|gebruiker|ontvanger|geadresseerde"
    r"|(?:e-?mail)?adres|postbus|postvak|account|mailbox|e-?mail|adresse|boite|compte|destinataire|utilisateur"
    r"|пользовател\w+|получател\w+|адресат\w*|адрес\w*|ящик\w*|аккаунт\w*|учетн\w+ запис\w+"
    r"|用户|用戶|使用者|收件人|收件者|收信人|邮箱|信箱|郵箱|帐号|帳號|账号|账户|帐户|邮件地址"
    r"|宛先|ユーザ|アドレス|受信者|受取人|メールボックス|アカウント|あて先)",
    "missing": r"(?:ine[sx]istente|inexistante?|no existe|nao existe|non esiste"
    r"|desconhecid[ao]|desconocid[ao]|sconosciut[ao]"
    r"|(?:no|nao|non) (?:se |fue |e stat[ao] |foi |ha sido )?(?:pudo |possivel |possibile )?(?:encontr\w+|trovat[ao]"
    r"|trovare)"
    r"|impossibile trovare|no[nt]? valid[ao]|invalid[ao]|onbekende?"
    r"|bestaat niet|niet (?:gevonden|bekend)|niet worden gevonden"
    r"|fermee? ou|n'existe (?:pas|plus)|inconnue?"
    r"|не (?:существует|наиден\w*|зарегистрирован\w*)|неизвест\w+|нет такого|не удалось наити|отсутствует|удален\w*"
    r"|不存在|未找到|找不到|查无|無此|无此|没有(?:该|此|这个)|未知|无效|無效"
    r"|存在しま|存在しな|存在してお|見つかりません|見つけられ|不明|登録されていま"
    r"|登録がありま|ありません|使われて(?:い|お)|使用されてい)",
    "off": r"(?:suspend\w*|desactivad\w*|desativad\w*|disabilitat\w*|disattivat\w*|inativ\w*|inactiv\w*|non attiv\w*"
    r"|sospes\w*|bloccat\w*|bloquead\w*|bloquee?|geblokkeerd|uitgeschakeld|gedeactiveerd|inactief"
    r"|заблокирован\w*|отключен\w*|неактив\w*|приостановлен\w*|禁用|停用|冻结|凍結|锁定|鎖定|封禁"
    r"|停止され|停止して|停止中|無効|ロックされ|凍結|休止)",
    "sender": r"(?:expediteur|remitente|mittente|remetente|afzender|отправител\w+|发件人|寄件者|寄件人|发信人|送信者"
    r"|差出人|送信元)",
    "no": r"(?:refus\w*|rechazad\w*|rifiutat\w*|respint\w*|rejeitad\w*|recusad\w*|geweigerd|bloque\w*|bloccat\w*"
    r"|bloquead\w*|отклонен\w*|заблокирован\w*|запрещен\w*|拒绝|拒絕|拒否|blacklist\w*|黑名单|黑名單)",
    "host": r"(?:dominio|nome di dominio|nom de domaine|domein|servidor|домен\w*|хост\w*|域名|网域|網域|ドメイン|ホスト)",
}

OTHER_PHRASES: tuple[tuple[Reason, str], ...] = (
    (
        Reason.SPAM,
        r"""
            спам | 垃圾邮件 | 垃圾郵件 | 迷惑メールと | 迷惑メールとして | スパム | non sollicite | no deseado
            indesiderat | nao solicitad | ongewenste
        """,
    ),
    (
        Reason.RATE,
        r"""
            频率 | 頻率 | 过于频繁 | 发送.{0,10}(?:超过|上限) | 送信数.{0,10}(?:超|制限) | слишком (?:много|часто)
            demasiad[oa]s (?:mensajes|conexiones|correos) | troppi (?:messaggi|connessioni) | troppe connessioni
            muitas (?:mensagens|conexoes) | te veel (?:berichten|verbindingen)
        """,
    ),
    (
        Reason.SENDER,
        r"""
            {sender}.{0,40}(?:{missing}|{no}|{off}) | (?:{missing}|{no}) {sender}
        """,
    ),
    (
        Reason.BLOCKED,
        r"""
            \b(?:ip|адрес сервера)\b.{0,30}(?:{no}) | 黑名单 | 黑名單 | ip.{0,10}(?:拒绝|被拒) | черн\w+ спис\w+
            lista ne(?:gr|r)a | liste noire | zwarte lijst | ブラックリスト
        """,
    ),
    (
        Reason.TOO_BIG,
        r"""
            (?:mensaje|messaggio|mensagem|bericht) (?:es |e |is )?(?:demasiado|troppo|muito|te) (?:gran|grosso|groot)
            trop volumineux | слишком больш | 邮件(?:过|太)大 | 郵件(?:過|太)大
            サイズが(?:大き|制限|上限) | サイズ.{0,10}超
        """,
    ),
    (
        Reason.MAILBOX_FULL,
        r"""
            {person}.{0,60}?(?:llen[ao]\b|pien[ao]\b|chei[ao]\b|\bvol\b|superad|excedid|overvol|переполнен)
            \bquota\b | \bcuota\b | квот | нет места | недостаточно места | 已满 | 已滿 | 满了 | 空间不足 | 空間不足
            容量(?:不足|已|超|オーバ|が|を) | いっぱい | 一杯です | 満杯
            espacio insuficiente | spazio (?:insufficiente|esaurito)
        """,
    ),
    (
        Reason.SUSPENDED,
        r"""
            {person}.{0,60}?{off} | {off} (?:\w+ ){0,2}{person}
        """,
    ),
    (
        Reason.NETWORK,
        r"""
            no responde | non risponde | nao responde | reageert niet | не отвечает
            не удалось (?:соединиться|подключиться)
            接続できま | 応答がありま | タイムアウト | 连接(?:超时|失败) | 連線(?:逾時|失敗) | 网络异常 | ne repond pas
        """,
    ),
    (
        Reason.HOST_UNKNOWN,
        r"""
            {host}.{0,40}?{missing} | {missing} (?:\S+ ){0,2}?{host} | (?:不存在的|无此|無此|未知)域名
        """,
    ),
    (
        Reason.HAS_MOVED,
        r"""
            ya no (?:existe|trabaja|esta) | non (?:esiste|lavora) piu | nao existe mais | bestaat niet meer | больше не
            n'existe plus | 已(?:离职|離職|注销|註銷) | 退職 | 変更され
        """,
    ),
    (
        Reason.USER_UNKNOWN,
        r"""
            {person}.{0,40}?{missing} | {missing} ?(?:\S+ ){0,2}?\S{0,3}{person}
            (?:不存在的|无此|無此|未知)(?:用户|邮箱|帐号)
            \b(?:nessun[ao]?|ningun[ao]?|nenhum[ao]?|geen) {person} | 宛先不明 | あて先不明
        """,
    ),
    (
        Reason.FILTERED,
        r"""
            受信拒否 | 拒否設定 | 受信を拒否 | 被收件人拒 | 收件人拒 | отклонено получателем
            rechazado por el destinatario | rifiutat[ao] dal destinatario
        """,
    ),
    (
        Reason.EXPIRED,
        r"""
            delai (?:expire|depasse) | tiempo (?:de espera )?agotado | tempo scaduto | tempo (?:limite )?esgotado
            истекло
            期限切れ | 再送 | 超时 | 逾時 | temporalmente | temporaneamente | tijdelijk | временно | 一時的
        """,
    ),
)
