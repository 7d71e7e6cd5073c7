"""For WSGI servers: ``gunicorn wsgi:app``. Mail is sent by ``nurture worker``, in as many processes as you like."""

from nurture.app import wsgi

app = wsgi()
