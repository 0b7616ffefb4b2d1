package dev.lanepool.nn;

import dev.lanepool.kernels.Kernels;
import dev.lanepool.kernels.ThreadTeam;
import dev.lanepool.kernels.TrainingKernels;
import org.jspecify.annotations.Nullable;

/**
 * What an LSTM does in a step beside its products, texts shared out among the team: from the sums for the gates to c and h, and back.
 * Every matrix holds B rows for each step, one step after another.
 */
final class LstmCell {
  private final Compute compute;
  private final int hidden;
  private final float[] gates; // (T·B, 4H)
  private final float[] h; // ((T + 1)·B, H), the initial state first
  private final float[] c; // ((T + 1)·B, H)
  private final float[] dGates; // (T·B, 4H)
  private final float[] dh; // (B, H)
  private final float[] dc; // (B, H)
  private final ThreadTeam.Task forward = this::forwardPiece;
  private final ThreadTeam.Task backward = this::backwardPiece;

  // The step at hand.
  private int texts;
  private int step;
  private int rowsPerPiece;
  private float[] recurrent = {}; // (B, 4H), rows ldRecurrent apart
  private int ldRecurrent;
  private float @Nullable [] dOutputs; // (T·B, H)

  LstmCell(Compute compute, int hidden, float[] gates, float[] h, float[] c, float[] dGates, float[] dh, float[] dc) {
    this.compute = compute;
    this.hidden = hidden;
    this.gates = gates;
    this.h = h;
    this.c = c;
    this.dGates = dGates;
    this.dh = dh;
    this.dc = dc;
  }

  /** gates[step] += recurrent, then the cell: c and h of the step. */
  void forward(int step, int texts, float[] recurrent, int ldRecurrent) {
    this.recurrent = recurrent;
    this.ldRecurrent = ldRecurrent;
    share(forward, step, texts);
  }

  /** dh += dOutputs[step] where there are any, then dGates[step], and dc of the step before. */
  void backward(int step, int texts, float @Nullable [] dOutputs) {
    this.dOutputs = dOutputs;
    share(backward, step, texts);
  }

  private void share(ThreadTeam.Task task, int step, int texts) {
    this.step = step;
    this.texts = texts;
    rowsPerPiece = Math.max(1, texts / (4 * compute.threads()));
    compute.run(task, (texts + rowsPerPiece - 1) / rowsPerPiece, 4L * texts * hidden);
  }

  private void forwardPiece(int piece, int worker) {
    int last = Math.min(texts, (piece + 1) * rowsPerPiece);
    for (int text = piece * rowsPerPiece; text < last; text++) {
      int row = step * texts + text;
      int gate = row * 4 * hidden;
      Kernels.active().add(gates, gate, recurrent, text * ldRecurrent, gates, gate, 4 * hidden);
      int next = row + texts;
      TrainingKernels.active().lstmCell(gates, gate, c, row * hidden, c, next * hidden, h, next * hidden, hidden);
    }
  }

  private void backwardPiece(int piece, int worker) {
    int last = Math.min(texts, (piece + 1) * rowsPerPiece);
    for (int text = piece * rowsPerPiece; text < last; text++) {
      int row = step * texts + text;
      int gate = row * 4 * hidden;
      int at = text * hidden;
      if (dOutputs != null) {
        Kernels.active().add(dh, at, dOutputs, row * hidden, dh, at, hidden);
      }
      TrainingKernels.active().lstmCellBackward(dh, at, gates, gate, c, row * hidden, c, (row + texts) * hidden, dc, at, dGates, gate,
          hidden);
    }
  }
}
