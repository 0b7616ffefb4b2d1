package dev.lanepool.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThreadTeamTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void everyPieceOfEveryStepRunsOnceAndIsSeenWhenTheStepReturns(int threads) {
    try (ThreadTeam team = new ThreadTeam(threads)) {
      int[] plain = new int[50]; // not atomic: run() must publish it
      AtomicIntegerArray busy = new AtomicIntegerArray(threads);
      for (int step = 1; step <= 3000; step++) {
        int pieces = step % plain.length;
        Arrays.fill(plain, 0);
        team.run((piece, worker) -> {
          assertEquals(1, busy.incrementAndGet(worker), "two pieces at once on one worker");
          plain[piece]++;
          busy.decrementAndGet(worker);
        }, pieces);
        for (int i = 0; i < plain.length; i++) {
          assertEquals(i < pieces ? 1 : 0, plain[i], "step " + step + ", piece " + i);
        }
      }
    }
  }

  @Test
  void aStepAfterALongPauseWakesTheWorkers() throws InterruptedException {
    try (ThreadTeam team = new ThreadTeam(2)) {
      for (int i = 0; i < 5; i++) {
        Thread.sleep(2 * Tuning.SPIN_NANOS / 1_000_000 + 5);
        AtomicInteger meeting = new AtomicInteger();
        team.run((piece, worker) -> { // neither piece ends before the other has begun: both threads must be there
          meeting.incrementAndGet();
          while (meeting.get() < 2) {
            Thread.onSpinWait();
          }
        }, 2);
        assertEquals(2, meeting.get());
      }
    }
  }

  @Test
  void theFirstFailureIsThrownAndTheTeamGoesOn() {
    try (ThreadTeam team = new ThreadTeam(2)) {
      IllegalStateException failure = new IllegalStateException("piece 3");
      for (int i = 0; i < 100; i++) {
        assertSame(failure, assertThrows(IllegalStateException.class, () -> team.run((piece, worker) -> {
          if (piece == 3) {
            throw failure;
          }
        }, 10)));
      }
      AtomicInteger count = new AtomicInteger();
      team.run((piece, worker) -> count.incrementAndGet(), 10);
      assertEquals(10, count.get());
    }
  }

  @Test
  void anInterruptedCallerStillFinishesItsStepAndStaysInterrupted() {
    try (ThreadTeam team = new ThreadTeam(2)) {
      AtomicInteger count = new AtomicInteger();
      Thread.currentThread().interrupt();
      team.run((piece, worker) -> count.incrementAndGet(), 100);
      assertEquals(100, count.get());
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void closeEndsTheThreadsAndLaterStepsAreRefused() {
    ThreadTeam team = new ThreadTeam(3);
    team.run((piece, worker) -> { }, 3);
    team.close();
    assertFalse(Thread.getAllStackTraces().keySet().stream().anyMatch(thread -> thread.getName().startsWith("lanepool-")));
    assertEquals("the thread team is closed", assertThrows(IllegalStateException.class, () -> team.run((p, w) -> { }, 1)).getMessage());
  }

  @Test
  void fewerThanOneThreadAndMoreThanTheMostAreRefused() {
    for (int threads : new int[] {Integer.MIN_VALUE, 0, 1025, 100_000}) {
      assertEquals("threads: found " + threads + ", expected 1 to 1024",
          assertThrows(IllegalArgumentException.class, () -> new ThreadTeam(threads)).getMessage());
    }
  }
}
