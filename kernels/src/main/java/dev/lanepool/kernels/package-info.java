/**
 * Dense float kernels in two twins behind one choice, the parallel operations built on them, and the thread team that runs those.
 *
 * <p>Letters: B texts, R packed rows (the sum of the texts' lengths), T tokens of one text, C hidden, H heads, D head width, F
 * feed-forward. Matrices are row-major float arrays; offsets and leading dimensions ({@code lda}, {@code ldc}) count floats.
 *
 * <p><b>Same bits.</b> An element of a result depends on its own row's inputs alone: never on the other rows, the tile it fell in, the
 * number of threads, the twin or the lane width. Every element of a product is the sum of slices of
 * {@value dev.lanepool.kernels.Gemm#SLICE} products each, slices ascending; a slice has one accumulator, fed by fused multiply-adds with k
 * ascending. Every reduction over a row folds its lanes in one written order.
 */
@NullMarked
package dev.lanepool.kernels;

import org.jspecify.annotations.NullMarked;
