"""What a browser without scripts does with a form."""

import re


def form(client, path, lang="en"):
    """Return the inputs of a form as a browser would send them back."""
    text = client.get(f"{path}{'&' if '?' in path else '?'}lang={lang}").text
    body = re.search(r'<form id="record".*?</form>', text, re.S)[0]
    sent = {}
    for tag in re.findall(r"<input [^>]*>", body):
        told = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if told.get("type") != "checkbox" or " checked" in tag:
            sent[told["name"]] = told.get("value", "")
    for name, text_ in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', body):
        sent[name] = text_
    for name, options in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', body):
        sent[name] = re.search(r'value="([^"]*)" selected', options)[1]
    return sent
