package dev.lanepool.tokenizer;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Byte-level BPE, as GPT-2 and RoBERTa have it. */
final class BytePairTokenizer implements Tokenizer {
  /** Neither end of a token is a space. */
  private static final byte NO_SPACE = 0;

  /** A token starts with one space, and ends with none. */
  private static final byte ONE_SPACE = 1;

  /** Neither of these. */
  private static final byte LOOK = 2;

  /** How many threads at once find scratch that was used before. A power of two. */
  private static final int SPARES = 16;

  private final Vocabulary vocabulary;
  private final int[] byteIds; // (256): the token of each single byte
  private final Merges merges;
  private final boolean addPrefixSpace;
  private final PostProcessor post;
  private final boolean cutsLeft; // whether tokens that are too many are left out at a text's start
  private final OptionalInt padId;
  private final AddedTokens[] addedTokens; // in the order they are looked for
  private final @Nullable AddedToken[] addedById; // (vocabulary size)
  private final int[] leadingSpaces; // (vocabulary size): spaces that a token starts with
  private final int[] trailingSpaces; // (vocabulary size): spaces that a token ends with
  private final byte[] trims; // (vocabulary size): NO_SPACE, ONE_SPACE or LOOK
  private final int addedToSingle;
  private final int addedToPair;
  private final WordCache cache = new WordCache();
  private final AtomicReferenceArray<@Nullable TokenBuffer> spares = new AtomicReferenceArray<>(SPARES);

  BytePairTokenizer(Vocabulary vocabulary, int[] byteIds, Merges merges, List<AddedToken> added, boolean addPrefixSpace,
      PostProcessor post, boolean cutsLeft, OptionalInt padId) {
    this.vocabulary = vocabulary;
    this.byteIds = byteIds;
    this.merges = merges;
    this.addPrefixSpace = addPrefixSpace;
    this.post = post;
    this.cutsLeft = cutsLeft;
    this.padId = padId;
    List<AddedToken> raw = added.stream().filter(token -> !token.normalized()).toList();
    List<AddedToken> normalized = added.stream().filter(AddedToken::normalized).toList();
    this.addedTokens = List.of(raw, normalized).stream()
        .filter(tokens -> !tokens.isEmpty()).map(AddedTokens::new).toArray(AddedTokens[]::new);
    this.addedById = new AddedToken[vocabulary.size()];
    for (AddedToken token : added) {
      addedById[token.id()] = token;
    }
    this.leadingSpaces = new int[vocabulary.size()];
    this.trailingSpaces = new int[vocabulary.size()];
    for (int id = 0; id < vocabulary.size(); id++) {
      leadingSpaces[id] = vocabulary.leadingSpaces(id);
      trailingSpaces[id] = vocabulary.trailingSpaces(id);
    }
    this.trims = new byte[vocabulary.size()];
    for (int id = 0; id < trims.length; id++) {
      trims[id] = trailingSpaces[id] > 0 || leadingSpaces[id] > 1 ? LOOK : leadingSpaces[id] == 1 ? ONE_SPACE : NO_SPACE;
    }
    this.addedToSingle = PostProcessor.added(post.single());
    this.addedToPair = PostProcessor.added(post.pair());
  }

  @Override
  public Encoding encode(String text, EncodeOptions options) {
    int added = options.addSpecialTokens() ? addedToSingle : 0;
    int room = room(options, added);
    TokenBuffer tokens = tokenize(text, options);
    Encoding encoding =
        assemble(post.single(), options, added, text, tokens, Math.min(tokens.size, room), text, tokens, 0, tokens.size);
    letGo(tokens);
    return encoding;
  }

  @Override
  public Encoding encode(String text, String pair, EncodeOptions options) {
    int added = options.addSpecialTokens() ? addedToPair : 0;
    int room = room(options, added);
    TokenBuffer first = tokenize(text, options);
    TokenBuffer second = tokenize(pair, options);
    int limit = options.maxLength();
    int keptFirst = PostProcessor.keptOfFirst(first.read(limit, cutsLeft), second.read(limit, cutsLeft), room);
    int keptSecond = Math.min(second.size, room - keptFirst);
    Encoding encoding = assemble(post.pair(), options, added, text, first, keptFirst, pair, second, keptSecond,
        Math.addExact(first.size, second.size));
    letGo(first);
    letGo(second);
    return encoding;
  }

  @Override
  public int[] withSpecialTokens(int[] ids) {
    return Arrays.stream(post.single()).flatMap(piece -> piece >= 0 ? IntStream.of(piece) : Arrays.stream(ids)).toArray();
  }

  /** How many tokens of the text itself fit. */
  private static int room(EncodeOptions options, int added) {
    if (options.maxLength() < added) {
      throw new IllegalArgumentException(
          "maxLength is " + options.maxLength() + ", expected at least " + added + ", the number of special tokens added");
    }
    return options.maxLength() - added;
  }

  private Encoding assemble(int[] template, EncodeOptions options, int added, String text, TokenBuffer first, int keptFirst, String pair,
      TokenBuffer second, int keptSecond, int textLength) {
    int length = Math.addExact(added, keptFirst + keptSecond);
    int[] ids = new int[length];
    int[] starts = new int[length];
    int[] ends = new int[length];
    int at = 0;
    for (int piece : template) {
      if (piece >= 0) {
        if (options.addSpecialTokens()) {
          ids[at++] = piece;
        }
        continue;
      }
      TokenBuffer tokens = piece == PostProcessor.FIRST ? first : second;
      int kept = piece == PostProcessor.FIRST ? keptFirst : keptSecond;
      int from = cutsLeft ? tokens.size - kept : 0;
      finish(piece == PostProcessor.FIRST ? text : pair, tokens, from, from + kept);
      System.arraycopy(tokens.ids, from, ids, at, kept);
      System.arraycopy(tokens.starts, from, starts, at, kept);
      System.arraycopy(tokens.ends, from, ends, at, kept);
      at += kept;
    }
    return new Encoding(vocabulary, ids, starts, ends, Math.addExact(added, textLength));
  }

  private TokenBuffer tokenize(String text, EncodeOptions options) {
    TokenBuffer tokens = spares.getAndSet(slot(), null);
    tokens = tokens == null ? new TokenBuffer() : tokens;
    tokens.begin(text);
    splitAtAddedTokens(text, 0, text.length(), 0, options.plainSpecials(), tokens);
    return tokens;
  }

  /** Keeps scratch for the next text that this thread, or one in its place, reads. */
  private void letGo(TokenBuffer tokens) {
    if (tokens.isSmall()) {
      spares.set(slot(), tokens);
    }
  }

  private static int slot() {
    return (int) Thread.currentThread().threadId() & SPARES - 1;
  }

  /** The text between the tokens of one pass is searched by the next, then cut into words. */
  private void splitAtAddedTokens(String text, int from, int to, int pass, boolean plainSpecials, TokenBuffer tokens) {
    if (pass == addedTokens.length) {
      tokenizePlain(text, from, to, tokens);
      return;
    }
    int done = from;
    int search = from;
    for (int at; (at = addedTokens[pass].next(text, search, to)) < to; ) {
      AddedToken token = addedTokens[pass].at(text, at, to);
      int start = at;
      int end = at + token.content().length();
      search = end;
      if (plainSpecials && token.special()
          || token.singleWord() && !AddedTokens.standsAlone(text, from, start, end, to)) {
        continue;
      }
      while (token.stripLeft() && start > done && PreTokenizer.isWhiteSpace(text.charAt(start - 1))) {
        start--;
      }
      while (token.stripRight() && end < to && PreTokenizer.isWhiteSpace(text.charAt(end))) {
        end++;
      }
      if (token.stripLeft()) {
        start = Math.max(start, done); // what the token before has stripped on its right is not this one's again
      }
      if (done < start) {
        splitAtAddedTokens(text, done, start, pass + 1, plainSpecials, tokens);
      }
      if (start < end) {
        tokens.add(~token.id(), start, end);
      }
      done = end;
    }
    if (done < to) {
      splitAtAddedTokens(text, done, to, pass + 1, plainSpecials, tokens);
    }
  }

  private void tokenizePlain(String text, int from, int to, TokenBuffer tokens) {
    if (addPrefixSpace && text.charAt(from) != ' ') {
      tokenizePrefixed(from, to, tokens);
    } else {
      tokenizeWords(from, to, tokens);
    }
  }

  /** The added space shares the span of the first character. */
  private void tokenizePrefixed(int from, int to, TokenBuffer tokens) {
    int first = tokens.size;
    char[] chars = tokens.text;
    char before = chars[TokenBuffer.FIRST + from - 1];
    chars[TokenBuffer.FIRST + from - 1] = ' ';
    tokenizeWords(from - 1, to, tokens);
    chars[TokenBuffer.FIRST + from - 1] = before;
    int firstEnd = from + Character.charCount(PreTokenizer.codePointAt(chars, TokenBuffer.FIRST + from, TokenBuffer.FIRST + to));
    for (int i = first; i < tokens.size && tokens.starts[i] < from; i++) {
      tokens.starts[i] = from;
      tokens.ends[i] = Math.max(tokens.ends[i], firstEnd);
    }
  }

  /** The words between two places of the text, of which the first may be the one before the text, where a space was put. */
  private void tokenizeWords(int from, int to, TokenBuffer tokens) {
    char[] text = tokens.text;
    int last = TokenBuffer.FIRST + to;
    for (int start = TokenBuffer.FIRST + from; start < last; ) {
      int end = PreTokenizer.wordEnd(text, start, last);
      boolean cacheable = end - start <= WordCache.MAX_LENGTH;
      int hash = cacheable ? WordCache.hash(text, start, end) : 0;
      WordCache.Word known = cacheable ? cache.find(text, start, end, hash) : null;
      int offset = start - TokenBuffer.FIRST;
      if (known == null) {
        int first = tokens.size;
        tokenizeWord(text, start, end, tokens);
        if (cacheable && tokens.size - first <= WordCache.MAX_TOKENS) {
          cache.put(text, start, end, tokens.since(first, offset), hash);
        }
      } else if (known.whole >= 0) {
        tokens.add(known.whole, offset, end - TokenBuffer.FIRST);
      } else {
        int[] of = known.tokens;
        for (int i = 0; i < of.length; i += 3) {
          tokens.add(of[i], offset + of[i + 1], offset + of[i + 2]);
        }
      }
      tokens.endWord();
      start = end;
    }
  }

  private void tokenizeWord(char[] text, int start, int end, TokenBuffer tokens) {
    Symbols symbols = tokens.symbols;
    symbols.size = 0;
    for (int i = start; i < end; ) {
      int codePoint = utf8CodePoint(text, i, end);
      addUtf8(codePoint, symbols);
      i += Character.charCount(codePoint);
    }
    merges.apply(symbols);
    // Walks the characters along with the tokens: a token's span is that of the characters its first and its last byte belong to.
    int character = start;
    int characterBytes = 0; // where the character starts, in bytes of the word
    int codePoint = utf8CodePoint(text, character, end);
    int firstByte = 0;
    for (int i = 0; i < symbols.size; i++) {
      int lastByte = symbols.ends[i] - 1;
      int tokenStart = -1;
      while (true) {
        int next = characterBytes + utf8Length(codePoint);
        if (tokenStart < 0 && firstByte < next) {
          tokenStart = character;
        }
        if (lastByte < next) {
          break;
        }
        characterBytes = next;
        character += Character.charCount(codePoint);
        codePoint = utf8CodePoint(text, character, end);
      }
      tokens.add(symbols.ids[i], tokenStart - TokenBuffer.FIRST, character + Character.charCount(codePoint) - TokenBuffer.FIRST);
      firstByte = lastByte + 1;
    }
  }

  /** The code point that UTF-8 can write: U+FFFD for an unpaired surrogate, which is as wide in UTF-16. */
  private static int utf8CodePoint(char[] text, int i, int to) {
    int codePoint = PreTokenizer.codePointAt(text, i, to);
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE ? 0xFFFD : codePoint;
  }

  private static int utf8Length(int codePoint) {
    return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  }

  private void addUtf8(int codePoint, Symbols symbols) {
    int length = utf8Length(codePoint);
    if (length == 1) {
      symbols.add(byteIds[codePoint]);
      return;
    }
    int shift = 6 * (length - 1);
    int lead = 0xF00 >> length & 0xFF; // 110xxxxx, 1110xxxx, 11110xxx
    symbols.add(byteIds[lead | codePoint >> shift]);
    while (shift > 0) {
      shift -= 6;
      symbols.add(byteIds[0x80 | codePoint >> shift & 0x3F]);
    }
  }

  /**
   * Makes ids of the marks of added tokens, and takes the spaces at its ends out of the span of each token that is kept. The only leading
   * space of the first of them, or of one at the text's start, stays where spaces are added, as it may be the added one.
   */
  private void finish(String text, TokenBuffer tokens, int from, int to) {
    for (int i = from; i < to; i++) {
      int id = tokens.ids[i];
      boolean added = id < 0; // found in the text, and may have taken white space that its content does not show
      if (added) {
        tokens.ids[i] = ~id;
      }
      byte trim = !post.trimOffsets() ? NO_SPACE : added ? LOOK : trims[id];
      if (trim == NO_SPACE) {
        continue;
      }
      int start = tokens.starts[i];
      int end = tokens.ends[i];
      if (trim == ONE_SPACE && start < end && text.charAt(start) == ' ') { // nearly all that start with a space
        if (!post.addPrefixSpace() || i > from && start > 0) {
          tokens.starts[i] = start + 1;
        }
        continue;
      }
      int leading = added ? leadingSpaces(text, start, end) : leadingSpaces[id];
      int trailing = added ? trailingSpaces(text, start, end) : trailingSpaces[id];
      if (leading > 0 && !(leading == 1 && post.addPrefixSpace() && (i == from || start == 0))) {
        start = Math.min(start + leading - 1 + width(text, start), end);
      }
      if (trailing > 0) {
        end = Math.max(end - trailing + 1 - width(text, end - 1), start);
      }
      tokens.starts[i] = start;
      tokens.ends[i] = end;
    }
  }

  /** UTF-16 units of the character at this place: 1 for a space, maybe 2 where an added space shares the span of a character. */
  private static int width(String text, int i) {
    boolean pair = Character.isHighSurrogate(text.charAt(i)) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
        || i > 0 && Character.isSurrogatePair(text.charAt(i - 1), text.charAt(i));
    return pair ? 2 : 1;
  }

  private static int leadingSpaces(String text, int from, int to) {
    int i = from;
    while (i < to && ByteLevel.isSpace(text.charAt(i))) {
      i++;
    }
    return i - from;
  }

  private static int trailingSpaces(String text, int from, int to) {
    int i = to;
    while (i > from && ByteLevel.isSpace(text.charAt(i - 1))) {
      i--;
    }
    return to - i;
  }

  @Override
  public String decode(int[] ids, boolean skipSpecialTokens) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(4 * ids.length);
    for (int id : ids) {
      String token = vocabulary.token(id);
      if (!(skipSpecialTokens && isSpecial(id))) {
        ByteLevel.appendBytes(token, bytes);
      }
    }
    return ByteLevel.decodeUtf8(bytes.toByteArray());
  }

  @Override
  public int vocabularySize() {
    return vocabulary.size();
  }

  @Override
  public String token(int id) {
    return vocabulary.token(id);
  }

  @Override
  public OptionalInt id(String token) {
    return vocabulary.id(token);
  }

  @Override
  public boolean isSpecial(int id) {
    AddedToken token = id >= 0 && id < addedById.length ? addedById[id] : null;
    return token != null && token.special();
  }

  @Override
  public OptionalInt padId() {
    return padId;
  }
}
