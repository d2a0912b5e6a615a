"""Looks for links that lead nowhere: `links.py DOC_FOLDER [MARKDOWN..] [--features]`.

DOC_FOLDER has the documentation of a crate. The links of these pages and of the Markdown files are checked, with their
fragments, if they lead to pages of the same build or to files of the repository. With `--features`, DOC_FOLDER must be
the documentation that docs.rs builds. Then links to the crate on docs.rs are checked against DOC_FOLDER, too, and each
item that needs a feature must name the feature.
"""
import re
import sys
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

PUBLISHED = "https://docs.rs/scopegate/latest/scopegate/"
# For each feature, the page of one item that needs it. The page must name the feature.
GATED = {"jwt": "struct.Issuers.html", "export": "export/index.html", "mcp": "mcp/index.html", "dpop": "dpop/index.html", "cors": "cors/index.html",
         "introspection": "struct.Introspection.html", "testing": "testing/index.html", "rmcp": "attr.scoped_tools.html", "utoipa": "macro.routes.html"}


@cache
def anchors(page):
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".md":
        headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S), flags=re.M)
        return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return set(re.findall(r'\bid="([^"]+)"', text))


def links(page):
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".html":
        # The rest of the page documents implementations by other crates, with links from these crates.
        text = text.partition('id="blanket-implementations"')[0]
        text = re.sub(r"<script.*?</script>", "", text, flags=re.S)
        return [unescape(link) for link in re.findall(r'\bhref="([^"]+)"', text)]
    text = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    return re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r"^\[[^\]]+\]: (\S+)$", text, flags=re.M)


def is_dead(page, link, folder):
    if link.startswith(PUBLISHED) and "--features" in sys.argv:
        page, link = folder / "index.html", link.removeprefix(PUBLISHED) or "index.html"
    parts = urlsplit(link)
    # Rustdoc itself reports paths that it cannot resolve, except in documentation that comes from a foreign trait.
    if parts.scheme or parts.netloc or "::" in link:
        return False
    target = (page.parent / unquote(parts.path)) if parts.path else page
    if target.is_dir() and page.suffix == ".html":
        target /= "index.html"
    if not target.exists():
        return True
    is_line = "src" in target.parts
    known = parts.fragment == "" or is_line or target.suffix not in (".html", ".md")
    # Rustdoc encodes the anchors, too.
    return not known and not {parts.fragment, unquote(parts.fragment)} & anchors(target)


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--features"]
    folder, *markdown = map(Path, arguments)
    pages = [*folder.rglob("*.html"), *markdown]
    dead = [f"{page}: {link}" for page in pages for link in links(page) if is_dead(page, link, folder)]
    if "--features" in sys.argv:
        dead += [f"{page} does not say that it needs the feature {feature}" for feature, page in GATED.items()
                 if f'crate feature <code>{feature}</code>' not in re.sub(r"</?strong>", "", (folder / page).read_text(encoding="utf-8"))]
    count = sum(len(links(page)) for page in pages)
    print(f"{count} links of {len(pages)} pages, {len(dead)} lead nowhere")
    sys.exit("\n".join(dead) or None)


main()
