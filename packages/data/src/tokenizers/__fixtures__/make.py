"""Writes hugging-face.json: small tokenisers of every kind and what Hugging Face's library makes of hostile texts. python3 -m venv V; V/bin/pip install tokenizers sentencepiece protobuf; V/bin/python make.py"""
import json, os
import tokenizers
from tokenizers import Tokenizer, AddedToken, Regex, decoders, models, normalizers as N, pre_tokenizers as P, processors, trainers

corpus = [
    "The harbour master counts the boats each morning before the fog lifts.",
    "Three boats were missing, and nobody could say why they hadn't returned!",
    "In 1987 the price of herring fell by 12.5%, so she sold her nets.",
    "Naïve façades, café tables, a jalapeño; “quotes” and dashes — all of them.",
    "猫は静かに港を見ている。 猫と犬は友達です。",
    "Le garçon mangeait une crêpe près de l'église, n'est-ce pas ?",
    "def count_boats(boats): return len([b for b in boats if b.moored])",
    "Лодки вернулись утром. Капитан молчал.",
    "counting counted counts counter recount discount boats boating boated",
] * 3
texts = [
    "", " ", "the boats", " The boats  returned\n\n  at 12:30!", "tabs\tand\r\nlines ", "hadn't can't I'LL we've",
    "naïve cafe\u0301 CAFÉ A\u030a Å ﬁne ½ ①", "猫と犬は港にいる。", "👩\u200d🚀 emoji 😀😀 🇫🇷 done", "Лодки утром",
    "counts_of_boats(3, 45678) == [b]", "x\u0000y\u00ad\u200bz \ufeff q\ufffd", "<s>the</s> [MASK] boats[SEP] <extra> the<extra>boats",
    "ΟΔΟΣ İstanbul ẞ ǅ", "  three   spaces   ", "\u3000全角 ＡＢＣ１２３ ㍿", "unbreakable\u00a0space", "a" * 120, "▁the ▁boats", "한국어 \u1112\u1161\u11ab",
    "no-break — “the boats”…", "2024 ²³ Ⅻ ٣", "c\u0327\u0301 \u0301alone", "Ġthe ĊĠ", "boatsboatsboats counted,uncounted",
]
pairs = [("the boats", "12 nets"), ("", "the"), ("猫", "")]

def train(tok, trainer):
    tok.train_from_iterator(corpus, trainer)
    return tok

def byte_level(size=420, prefix=False, merges_as_pairs=True):
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = P.ByteLevel(add_prefix_space=prefix)
    t.decoder = decoders.ByteLevel()
    t.post_processor = processors.ByteLevel(trim_offsets=False)
    return train(t, trainers.BpeTrainer(vocab_size=size, special_tokens=["<|endoftext|>"], initial_alphabet=P.ByteLevel.alphabet(), show_progress=False))

def bert(lower):
    t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.normalizer = N.BertNormalizer(lowercase=lower)
    t.pre_tokenizer = P.BertPreTokenizer()
    t.decoder = decoders.WordPiece()
    train(t, trainers.WordPieceTrainer(vocab_size=260, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False))
    cls, sep = t.token_to_id("[CLS]"), t.token_to_id("[SEP]")
    if lower:
        t.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", cls), ("[SEP]", sep)])
    else:
        t.post_processor = processors.BertProcessing(("[SEP]", sep), ("[CLS]", cls))
    return t

def roberta():
    t = byte_level(400, prefix=True)
    t.add_special_tokens(["<s>", "</s>", AddedToken("[MASK]", lstrip=True)])
    t.post_processor = processors.RobertaProcessing(("</s>", t.token_to_id("</s>")), ("<s>", t.token_to_id("<s>")), trim_offsets=True, add_prefix_space=True)
    return t

def unigram(scheme="always", split=True):
    t = Tokenizer(models.Unigram())
    t.normalizer = N.Sequence([N.NFKC(), N.Replace(Regex(" {2,}"), " "), N.Strip(left=False, right=True)])
    t.pre_tokenizer = P.Metaspace(prepend_scheme=scheme, split=split)
    t.decoder = decoders.Metaspace(prepend_scheme=scheme, split=split)
    train(t, trainers.UnigramTrainer(vocab_size=260, unk_token="<unk>", special_tokens=["<unk>", "<s>", "</s>"], show_progress=False))
    t.add_tokens([AddedToken("<extra>", normalized=False), AddedToken("utrom", single_word=True)])
    t.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> $B </s>", special_tokens=[("<s>", 1), ("</s>", 2)])
    return t

def llama():
    """Like the files of Llama 2: no cuts, bytes for what is unknown."""
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = P.Metaspace(prepend_scheme="never", split=True)
    train(t, trainers.BpeTrainer(vocab_size=330, special_tokens=["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)][:0], show_progress=False))
    j = json.loads(t.to_str())
    vocab = {"<unk>": 0, "<s>": 1, "</s>": 2, **{f"<0x{b:02X}>": 3 + b for b in range(256)}}
    drop = set("猫犬Ка")
    for token in sorted(j["model"]["vocab"], key=j["model"]["vocab"].get):
        if token not in vocab and not (set(token) & drop): vocab[token] = len(vocab)
    merges = [m for m in j["model"]["merges"] if all(p in vocab for p in m) and "".join(m) in vocab]
    m = models.BPE(vocab=vocab, merges=[tuple(x) for x in merges], unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    t = Tokenizer(m)
    t.normalizer = N.Sequence([N.Prepend("▁"), N.Replace(" ", "▁")])
    t.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    t.add_special_tokens(["<unk>", "<s>", "</s>"])
    t.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    return t

def gpt4():
    """Like the files of Llama 3 and Qwen: a pattern of its own, whole words before merges, merges as texts."""
    t = Tokenizer(models.BPE(ignore_merges=True))
    pattern = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    t.normalizer = N.NFC()
    t.pre_tokenizer = P.Sequence([P.Split(Regex(pattern), "isolated"), P.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.ByteLevel()
    train(t, trainers.BpeTrainer(vocab_size=420, initial_alphabet=P.ByteLevel.alphabet(), show_progress=False))
    j = json.loads(t.to_str())
    j["model"]["merges"] = [" ".join(m) for m in j["model"]["merges"]]
    del j["model"]["merges"][60]  # a token that only ignore_merges reaches
    return Tokenizer.from_str(json.dumps(j)), j

def word_level():
    t = Tokenizer(models.WordLevel(unk_token="<unk>"))
    t.normalizer = N.Sequence([N.NFD(), N.StripAccents(), N.Lowercase(), N.Strip()])
    t.pre_tokenizer = P.Sequence([P.Whitespace(), P.Digits(individual_digits=True), P.Punctuation()])
    return train(t, trainers.WordLevelTrainer(vocab_size=90, special_tokens=["<unk>"], show_progress=False))

def suffixes():
    """As the first GPT: the end of a word is marked."""
    t = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    t.normalizer = N.Sequence([N.NFKD(), N.Lowercase()])
    t.pre_tokenizer = P.Sequence([P.WhitespaceSplit(), P.Split("o", "merged_with_next"), P.Digits(individual_digits=False)])
    t.decoder = decoders.BPEDecoder(suffix="</w>")
    return train(t, trainers.BpeTrainer(vocab_size=260, special_tokens=["<unk>"], end_of_word_suffix="</w>", show_progress=False))

def unigram_bytes():
    t = Tokenizer(models.Unigram([("<unk>", 0.0)] + [(f"<0x{b:02X}>", -9.0) for b in range(256)] + [("▁", -2.0), ("▁the", -2.5), ("b", -4.0), ("o", -4.1), ("a", -4.2), ("t", -4.3), ("s", -4.0), ("boat", -5.0), ("oats", -5.1), ("▁b", -4.5)], unk_id=0, byte_fallback=True))
    t.pre_tokenizer = P.Metaspace(prepend_scheme="first", split=False)
    t.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace(prepend_scheme="first", split=False)])
    return t

def behaviours():
    t = Tokenizer(models.WordLevel({"<unk>": 0}, unk_token="<unk>"))
    t.pre_tokenizer = P.Sequence([P.Split("-", "removed"), P.Split(Regex("[aeiou]+"), "merged_with_previous"), P.Punctuation("contiguous"), P.Split(Regex(r"\w+"), "isolated", invert=True), P.CharDelimiterSplit("r")])
    return t

def character_map():
    """A small map as SentencePiece compiles it."""
    import io, tempfile, sentencepiece
    from sentencepiece import sentencepiece_model_pb2 as proto
    rules = [("ﬁ", "fi"), ("½", "1/2"), ("e\u0301", "é"), ("é", "e"), ("\u3000", " "), ("\u00a0", " "), ("猫", "cat"), ("\t", " "), ("\u00ad", ""), ("Ａ", "A"), ("👩", "woman"), ("ẞ", "SS"), ("\u1112", "h")]
    points = lambda text: " ".join("%04X" % ord(c) for c in text)
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as f:
        f.writelines(f"{points(a)}\t{points(b)}\n" for a, b in rules)
        f.flush()
        out = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter([corpus[0].lower()] * 50), model_writer=out, vocab_size=30, minloglevel=2, hard_vocab_limit=False, normalization_rule_tsv=f.name)
    model = proto.ModelProto()
    model.ParseFromString(out.getvalue())
    return model.normalizer_spec.precompiled_charsmap

def sentence_piece(charsmap=None):
    t = unigram()
    t.normalizer = N.Sequence([N.Precompiled(charsmap or character_map()), N.Replace(Regex(" {2,}"), " ")])
    return t

cases = []
def case(name, t, j=None):
    j = j or json.loads(t.to_str())
    rows = []
    for text in texts:
        e = t.encode(text)
        rows.append({"text": text, "ids": e.ids, "offsets": [list(o) for o in e.offsets], "decoded": t.decode(e.ids)})
    both = [{"pair": p, "ids": t.encode(*p).ids, "types": t.encode(*p).type_ids} for p in pairs]
    cases.append({"name": name, "json": j, "rows": rows, "pairs": both})

case("GPT-2", byte_level())
case("BERT uncased", bert(True))
case("BERT cased", bert(False))
case("RoBERTa", roberta())
case("Unigram", unigram())
case("Unigram first", unigram("first"))
case("Unigram with bytes", unigram_bytes())
case("SentencePiece", sentence_piece())
case("Llama 2", llama())
case("Llama 3", *gpt4())
case("words", word_level())
case("word ends", suffixes())
case("behaviours", behaviours())
about = f"Small tokenisers trained by Hugging Face tokenizers {tokenizers.__version__} on the nine sentences of make.py, written for this purpose, and its encodings (offsets in code points) and decodings; made by make.py"
out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hugging-face.json")
with open(out, "w") as f:
    f.write('{"about": ' + json.dumps(about) + ',\n"cases": [\n' + ",\n".join(json.dumps(c, ensure_ascii=True, separators=(",", ":")) for c in cases) + "\n]}\n")
print(os.path.getsize(out))
