package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Layers;
import dev.lanepool.Options;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One model, many callers at once: the bits of one caller, whoever else is calling, is interrupted or fails. */
@Timeout(120)
class ManyCallersTest {
  private static final int CALLERS = 32;
  private static final Options OPTIONS = Options.defaults().withThreads(2).withTokenBudget(64);
  private static final List<String> TEXTS = IntStream.range(0, 24).mapToObj(i -> "text " + i + " of many".repeat(i)).toList();

  /** A caller that runs until it is interrupted, and what it then threw. */
  private record Endless(Thread thread, CompletableFuture<Throwable> end) {
    static Endless start(EmbeddingModel model, CountDownLatch begun) {
      CompletableFuture<Throwable> end = new CompletableFuture<>();
      Thread thread = Thread.ofPlatform().start(() -> {
        try {
          model.embedAll(Stream.generate(() -> "again and again"), (index, vector) -> begun.countDown());
        } catch (Throwable e) {
          end.complete(Thread.currentThread().isInterrupted() ? e : new AssertionError("the interrupt flag is lost", e));
        }
      });
      return new Endless(thread, end);
    }
  }

  private static int streamThreads() {
    return (int) Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals("lanepool-stream")).count();
  }

  @Test
  void thirtyTwoCallersGetTheBitsThatOneGets() throws Exception {
    try (EmbeddingModel model = EmbeddingModel.builtIn(OPTIONS); ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
      List<float[]> expected = TEXTS.stream().map(model::embed).toList();
      float[] states = states(model, TEXTS.get(5));
      CountDownLatch together = new CountDownLatch(CALLERS);
      List<Future<Integer>> results = new ArrayList<>();
      for (int caller = 0; caller < CALLERS; caller++) {
        int first = caller % TEXTS.size();
        results.add(callers.submit(() -> {
          together.countDown();
          together.await();
          for (int i = 0; i < 4; i++) {
            int text = (first + i) % TEXTS.size();
            assertArrayEquals(expected.get(text), model.embed(TEXTS.get(text)));
          }
          List<float[]> streamed = model.embedAll(TEXTS.subList(first, TEXTS.size()));
          for (int i = 0; i < streamed.size(); i++) {
            assertArrayEquals(expected.get(first + i), streamed.get(i));
          }
          assertArrayEquals(states, states(model, TEXTS.get(5)));
          return streamed.size();
        }));
      }
      int compared = 0;
      for (Future<Integer> result : results) {
        compared += result.get();
      }
      assertTrue(compared > CALLERS * 8, "compared " + compared);
    }
  }

  private static float[] states(EmbeddingModel model, String text) {
    try (var encoded = model.encode(List.of(text), Layers.of(3))) {
      return encoded.layer(3).text(0).toArray();
    }
  }

  @Test
  void anInterruptedCallerEndsWhetherItWaitsOrComputesAndTheOthersGoOn() throws Exception {
    try (EmbeddingModel model = EmbeddingModel.builtIn(OPTIONS)) {
      float[] expected = model.embed("bystander");
      CountDownLatch begun = new CountDownLatch(8);
      List<Endless> endless = Stream.generate(() -> Endless.start(model, begun)).limit(8).toList();
      begun.await();
      for (Endless caller : endless) { // one of them computes at any time, the others wait
        caller.thread.interrupt();
        assertInstanceOf(CancellationException.class, caller.end.get());
        assertTrue(caller.thread.join(Duration.ofSeconds(10)));
        assertArrayEquals(expected, model.embed("bystander"));
      }
    }
    assertNoStreamThreads();
  }

  @Test
  void whatTheStreamOrTheSinkThrowsEndsTheCallAndItsThread() throws Exception {
    try (EmbeddingModel model = EmbeddingModel.builtIn(OPTIONS)) {
      IllegalStateException mine = new IllegalStateException("mine");
      assertEquals(mine, assertThrows(IllegalStateException.class, () -> model.embedAll(TEXTS.stream(), (index, vector) -> {
        throw mine;
      })));
      List<Long> done = new ArrayList<>();
      assertEquals(mine, assertThrows(IllegalStateException.class, () -> model.embedAll(Stream.iterate(0, i -> i + 1).map(i -> {
        if (i == 100) {
          throw mine;
        }
        return "text";
      }), (index, vector) -> done.add(index))));
      assertTrue(done.size() > 20 && done.size() < 100, "handed out before: " + done.size());
      assertArrayEquals(model.embed(TEXTS.getFirst()), model.embedAll(TEXTS).getFirst());
      assertNoStreamThreads();
    }
  }

  @Test
  void oneBatchNeedsNoThreadAndManyBatchesOneDaemon() throws Exception {
    assertNoStreamThreads();
    List<Integer> threads = new ArrayList<>();
    try (EmbeddingModel model = EmbeddingModel.builtIn(OPTIONS)) {
      model.embedAll(Stream.of("more than a batch holds ".repeat(30)), (index, vector) -> threads.add(streamThreads()));
      assertEquals(List.of(0), threads);
      model.embedAll(TEXTS.stream(), (index, vector) -> {
        threads.add(streamThreads());
        assertTrue(Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals("lanepool-stream"))
            .allMatch(Thread::isDaemon));
      });
    }
    assertEquals(1, Collections.max(threads));
    assertNoStreamThreads();
  }

  private static void assertNoStreamThreads() throws InterruptedException {
    for (int i = 0; i < 200 && streamThreads() > 0; i++) {
      Thread.sleep(10); // a pool's thread outlives the pool's end by a moment
    }
    assertEquals(0, streamThreads());
  }
}
