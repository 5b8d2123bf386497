"""A select with many options, quickly."""

from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class LongSelect(forms.Select):
    """Looks like every select, but writes its options itself.

    Django renders a template for each option: for an office's services and people that takes longer than all the
    rest of the page.
    """

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:  # noqa: ARG002
        widget = self.build_attrs(self.attrs, attrs)
        chosen = {str(each) for each in self.format_value(value)}
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, SafeString(" selected") if str(key) in chosen else "", words) for key, words in self.choices),
        )
        told = [(key, each) for key, each in widget.items() if key != "class" and each not in (False, None)]
        given = format_html_join("", ' {}="{}"', ((key, key if each is True else each) for key, each in told))
        return format_html('<select name="{}" class="usa-select"{}>{}</select>', name, given, options)
