"""What campaigns asked somebody to do by hand."""

from __future__ import annotations

from flask import Blueprint, Response, request

from nurture.engine import worklists
from nurture.web.office.desk import PAGE, desk, done, language, me, page, page_number


def add_pages(office: Blueprint) -> None:
    office.add_url_rule("/tasks", "tasks", show_list)
    office.add_url_rule("/tasks/<int:task>/done", "finish_task", finish, methods=["POST"])


def show_list() -> Response:
    finished, number = request.args.get("show") == "done", page_number()
    rows, total = worklists.tasks(
        desk().rt, done=finished, language=language(), now=desk().now(), limit=PAGE, offset=(number - 1) * PAGE
    )
    return page("tasks", rows=rows, total=total, finished=finished, number=number, size=PAGE)


def finish(task: int) -> Response:
    worklists.finish_task(desk().rt, task, me().name, desk().now())
    return done("tasks.finished", "office.tasks")
