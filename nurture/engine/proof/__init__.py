"""The proof of one person's consents, to be handed to a lawyer, a court or the person: readable, and verifiable offline.

entries + what they refer to --bundle--> proof.json, mails, exhibits --document--> what it says, in words
                                                                       |--page--> proof.html
                                                                       |--pdf---> proof.pdf
verify.py lies beside them and needs nothing of ours.
"""
