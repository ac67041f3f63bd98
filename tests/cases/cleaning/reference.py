#!/usr/bin/env python3.11
"""Writes cases.json: what Python 3.11 makes of texts that hold HTML, hashtags and odd characters.

    python3.11 reference.py > cases.json
    python3.11 reference.py --random 50000 --seed 8 > many.json    # a longer run, not committed

The rule itself is `tests/reference/cleaning.py`. Standard library only. The texts are ours. Texts on which
`html.parser` raises are left out and counted.
"""

import argparse
import json
import pathlib
import platform
import random
import sys
import unicodedata

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "reference"))

from cleaning import HASHTAG, clean  # noqa: E402

WRITTEN = """

plain text
State-of-the-art: #doctor, #pre-med!
<p>one</p><p>two</p>
<a href="x > y" title='a > b'>link</a> after
<a href=x>y>z</a>
<a href="unclosed>text
<a href='unclosed>text <b>bold</b>
<a b ='x>y
<a b= "x>y
<a b=="x>y
<a x"='y>z
<a b="1"c="2">d
<br/><br /><br//>x
<img src=a/b/>c
<p/ >x</p / >y
< p>not a tag</ p>
</>empty</ >odd</3>three
<3 hearts and 2 < 3 > 1
a<b
a<
<
a & b &amp; c &ampd &notit; &notin; &#38; &#x26 &#xZ; &#; &
&lt;b&gt; &ltb &copy2026 &nbsp;x&nbspy
&CounterClockwiseContourIntegral; &unknown; &am<b>p;</b>
&#0; &#x80; &#x81; &#xd800; &#x110000; &#1;|&#x1ffff;| &#10;line &#13;
<!-- comment --> after
<!-- comment -- > after
<!-- unclosed <b>bold</b> text
<!--> odd --> x
<!---> odd --> x
<!>empty<!x>bogus<!DOCTYPE html>doctype<!doctype unclosed
<?php echo "x > y"; ?> after
<? unclosed
<![CDATA[ a > b ]]> after <![CDATA[x] ] > y
<![if !IE]> shown <![endif]> after
<![cdata[ unclosed <b>x</b>
<!ELEMENT br EMPTY>x
<script>if (a < b && c > d) { x = "&amp;"; }</script> after
<SCRIPT type="text/x">a</Script > after
<script>never closed <b>bold</b>
<script>a</scriptx>b</script>c
<script>a</ſcript>b
<script>a</ſcript>b</script>c
<script/>a<b>c
<style>p { color: red }</style>after
<style>a</script>b</style >c
<textarea><b>x</b></textarea><title>t &amp; u</title>
<svg:path d="M0 0"/>x<o:p>y</o:p>
<p><b><i>nested</b></i>
<p\x00attr>nul</p>
<a&amp;b\x00>x
<p\x0battr>vt</p>
<p\u00a0attr>nbsp</p>
<p\x1cx=1>fs</p>
<p =x>y</p><p x= >y</p><p x=''>y</p><p x=""y>z</p>
<<b>>double<</b>>
<b<i>x</i>
<a<a<a<a
<a <a <a <a
<a b='<a b='<a b='>x
<é>é</é>
Ünïcödé ÀÉÎ straße ẞ ŒUVRE
ΟΔΟΣ ΣΑΣ Σ ΑΣ. ΑΣ' Σ́ ΑΣ́Α
İstanbul I ı K Å Ω ǅ ﬁ
Ⅷ Ⓐ 𝐀 𐐀 Ა Ꭰ ꭰ
e\u0301 o\u0308 ñ नमस्ते ไทย
日本語。「引用」、中文，标点！ العربية، ؟
“curly” ‘quotes’ — dash – en … ellipsis · middot • bullet
$ + < = > ^ ` | ~ ¢ £ € © ® ™ ° ± × ÷
! " # % & ' ( ) * , - . / : ; ? @ [ \\ ] _ { }
🍞 👩‍🍳 🏳️‍🌈 #️⃣ 1️⃣ 🇫🇷
\u200b zero\u200dwidth \ufeff bom \u2028 line \u2029 para
tab\there nul\x00here bell\x07 esc\x1b del\x7f nel\x85
#ab #abc a#abc #abc#def ##abc #abc- #abc-def #a_b #___ #--- #---a #123
#C++ #F# #día #日本語 #मराठी #e\u0301clair #abc\u0301 #١٢٣ #x²y #½½½ #Ⅷab
(#abc) "#abc" #abc. #abc, é#abc _#abc -#abc \u0301#abc 🍞#abc #abc🍞 #abc_ #abc_#
#bread #Bread #BREAD #bread
""".split("\n")

TOKENS = [
    "<", ">", "/", "</", "/>", "<!", "<!--", "-->", "--", "<?", "?>", "<![", "<![cdata[", "<![if", "]]>", "]>", "]",
    "=", "==", "'", '"', "&", "&amp", "&amp;", "&#", "&#x", "&lt", ";", "#", "-", "_", " ", "  ", "\t", "\n", "\r",
    "\x0c", "\x0b", "\x1c", "\x00", "\u00a0", "a", "b", "p", "x1", "script", "style", "SCRIPT", "<script>",
    "</script>", "</style>", "<style ", "<b>", "</b>", "<a href=", "<br/>", "!doctype", "<!doctype ", "é", "ſ", "Σ",
    "İ", "K", "日本", "🍞", "\u0301", ".", ",", "word", "Word", "#tag", "#pre-med", "1", "38;", "x26;", "notit;",
]


def random_text(source):
    if source.random() < 0.75:
        return "".join(source.choice(TOKENS) for _ in range(source.randint(1, 24)))
    ranges = [(1, 0x7F), (0x80, 0x24F), (0x370, 0x5FF), (0x600, 0x1FFF), (0x2000, 0x2FFF), (0x3000, 0xD7FF),
              (0xF900, 0xFFFF), (0x10000, 0x1FFFF)]
    characters = []
    while len(characters) < 24:
        character = chr(source.randint(*source.choice(ranges)))
        # What this Python does not know may mean something by now; the exhaustive lists below name those.
        if unicodedata.category(character) != "Cn":
            characters.append(character)
    return "".join(characters)


def ranges_of(belongs):
    """Pairs of first and last code points for which `belongs` holds."""
    found = []
    for point in range(0x110000):
        if 0xD800 <= point <= 0xDFFF or not belongs(chr(point)):
            continue
        if found and found[-1][1] == point - 1:
            found[-1][1] = point
        else:
            found.append([point, point])
    return found


def lowered():
    points = (point for point in range(0x110000) if not 0xD800 <= point <= 0xDFFF)
    return {f"{point:x}": chr(point).lower() for point in points if chr(point).lower() != chr(point)}


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--random", type=int, default=240)
    arguments.add_argument("--seed", type=int, default=7)
    chosen = arguments.parse_args()
    source = random.Random(chosen.seed)
    texts = list(dict.fromkeys(WRITTEN)) + ["two\nlines <b\nclass='x\ny'>z</b>\r\n"]
    texts += [random_text(source) for _ in range(chosen.random)]
    cases, raised = [], 0
    for text in texts:
        try:
            cases.append({"text": text, "clean": clean(text), "hashtags": HASHTAG.findall(text)})
        except AssertionError:
            raised += 1
    lines = ",\n".join(json.dumps(case, ensure_ascii=True) for case in cases)
    head = {"python": platform.python_version(), "unicode": unicodedata.unidata_version, "raised": raised,
            "punctuation": ranges_of(lambda c: unicodedata.category(c)[0] == "P"),
            "word": ranges_of(lambda c: c == "_" or c.isalnum()),
            "lower": lowered()}
    heads = ",\n".join(f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in head.items())
    sys.stdout.write("{" + heads + ',\n"cases": [\n' + lines + "\n]}\n")


main()
