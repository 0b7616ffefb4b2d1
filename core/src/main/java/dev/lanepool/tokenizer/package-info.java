/**
 * Text to token ids and back.
 *
 * <p>{@link dev.lanepool.tokenizer.Tokenizer#load} reads a model's tokenizer files and gives a {@link dev.lanepool.tokenizer.Tokenizer};
 * {@link dev.lanepool.tokenizer.Encoding} is what it makes of a text. Offsets count UTF-16 units, so they index a {@link String}.
 *
 * <p>Byte-level BPE takes four steps, one class each: {@code AddedTokens} cuts the text at special and added tokens,
 * {@code PreTokenizer} cuts what lies between into words, {@code Merges} merges a word's bytes into tokens, and
 * {@code PostProcessor} adds the special tokens around the text. {@code WordCache} remembers the words met most.
 */
@NullMarked
package dev.lanepool.tokenizer;

import org.jspecify.annotations.NullMarked;
