from pathlib import Path

from tools.dead_code import template_names


def test_attributes_in_the_code_of_templates_count_as_used(tmp_path: Path) -> None:
    page = tmp_path / "pages" / "hold.html"
    page.parent.mkdir()
    page.write_text(
        '<a class="x.link" href="{{ hold.open_url }}">{% if hold.may_release and\n camera.place %}n.b.{% endif %}</a>'
    )
    assert template_names(tmp_path) == {"open_url", "may_release", "place"}
