package dev.lanepool;

/**
 * One text's embedding, and what became of the text.
 *
 * @param index the text's place in the input, from 0
 * @param text the text as it was given, without the prompt
 * @param tokens the tokens that the encoder read: prompt and special tokens included, what was cut off not
 * @param truncated whether the end of the text was cut off because it was too long
 * @param vector D floats
 */
public record Embedding(long index, String text, int tokens, boolean truncated, float[] vector) {}
