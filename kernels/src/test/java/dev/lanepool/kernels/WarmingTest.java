package dev.lanepool.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.kernels.scalar.ScalarKernels;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What stands between a caller and the twins hands everything on: a default method left to the interface would be slow for good. The SIMD
 * twin takes over once it is compiled.
 */
class WarmingTest {
  private static final int N = 1_000_000;

  @Test
  void callersWaitForMuchWorkAndWhatFollowsIsCompiledAfterwards() throws InterruptedException {
    AtomicReference<String> before = new AtomicReference<>();
    CountDownLatch followed = new CountDownLatch(1);
    AtomicReference<Warming<String>> first = new AtomicReference<>();
    Warming<String> next = new Warming<>("vector", "scalar", 1, Long.MAX_VALUE, List.of(twin -> {
      before.compareAndSet(null, first.get().now());
      followed.countDown();
    }), null);
    CountDownLatch started = new CountDownLatch(1);
    first.set(new Warming<>("vector", "scalar", 10, 20, List.of(twin -> started.countDown()), next));
    assertEquals("scalar", first.get().now(9), "too little work");
    assertEquals(1, started.getCount(), "compiles for too little work");
    assertEquals("vector", first.get().now(11), "waits");
    assertTrue(followed.await(60, TimeUnit.SECONDS), "what follows is not compiled");
    assertEquals("vector", before.get(), "the first one when the next is compiled");
  }

  @Test
  void anInterruptedCallerDoesNotWait() throws InterruptedException {
    CountDownLatch go = new CountDownLatch(1);
    Warming<String> warming = new Warming<>("vector", "scalar", 1, 2, List.of(twin -> {
      try {
        go.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }), null);
    Thread.currentThread().interrupt();
    assertEquals("scalar", warming.now(2));
    assertTrue(Thread.interrupted(), "the interruption is lost");
    go.countDown();
    assertEquals("vector", warming.now(1));
  }

  @Test
  void aHintCompilesTheEncodersKernelsBeforeThereIsWork() throws InterruptedException {
    Counted vector = new Counted();
    WarmingKernels warming = new WarmingKernels(vector.kernels);
    assertFalse(vector.called("add").await(50, TimeUnit.MILLISECONDS), "compiles unasked");
    warming.warmUp();
    warming.warmUp();
    assertTrue(vector.called("add").await(60, TimeUnit.SECONDS), "the last kernel is not compiled");
  }

  /** A kernel of rows, the elements that it takes in a call here, and the most that it may serve before it is compiled. */
  private enum OfRows {
    ADD_GELU_ERF("addGeluErf", N, 10_000_000, k -> k.addGeluErf(new float[N], 0, new float[N], 0, new float[N], 0, N)),
    ADD_ADD("addAdd", N, 100_000_000, k -> k.addAdd(new float[N], 0, new float[N], 0, new float[N], 0, new float[N], 0, N)),
    TANH("tanhInPlace", N, 10_000_000, k -> k.tanhInPlace(new float[N], 0, N)),
    SOFTMAX("softmaxRowInPlace", N, 10_000_000, k -> k.softmaxRowInPlace(new float[N], 0, N, 1)),
    MEAN("meanRows", 8 * N, 100_000_000, k -> k.meanRows(new float[N], 0, 0, 8, new float[N], 0, N)), // the same row eight times
    MAX("maxRows", 8 * N, 100_000_000, k -> k.maxRows(new float[N], 0, 0, 8, new float[N], 0, N));

    private final String method;
    private final long elements;
    private final long most;
    private final Consumer<Kernels> call;

    OfRows(String method, long elements, long most, Consumer<Kernels> call) {
      this.method = method;
      this.elements = elements;
      this.most = most;
      this.call = call;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aKernelOfRowsIsCompiledByItsOwnWork(OfRows rows) throws InterruptedException {
    Counted vector = new Counted();
    WarmingKernels warming = new WarmingKernels(vector.kernels);
    long served = rows.elements;
    for (; served < rows.most; served += rows.elements) {
      rows.call.accept(warming);
    }
    assertFalse(vector.called(rows.method).await(20, TimeUnit.MILLISECONDS), "compiles for too little work");
    rows.call.accept(warming);
    assertTrue(vector.called(rows.method).await(60, TimeUnit.SECONDS), "not compiled after " + served + " elements");
    assertEquals(1, vector.called("gemmPanel").getCount(), "products are compiled too");
  }

  /** A vector twin that is a scalar one, and tells which methods were called. */
  private static final class Counted {
    private final Kernels scalar = new ScalarKernels(8);
    private final Map<String, CountDownLatch> calls = new ConcurrentHashMap<>();
    private final Kernels kernels =
        (Kernels) Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (_, method, arguments) -> {
          called(method.getName()).countDown();
          return method.invoke(scalar, arguments);
        });

    private CountDownLatch called(String method) {
      return calls.computeIfAbsent(method, _ -> new CountDownLatch(1));
    }
  }

  @Test
  void wrappersOverrideEveryMethod() throws Exception {
    List<String> missing = new ArrayList<>();
    int visited = 0;
    for (Class<?> wrapper : wrappers()) {
      assertTrue(wrapper.getInterfaces().length > 0, () -> wrapper + ": wraps nothing");
      for (Class<?> wrapped : wrapper.getInterfaces()) {
        visited++;
        missing.addAll(notOverridden(wrapper, wrapped));
      }
    }
    assertEquals(List.of(), missing);
    assertTrue(visited >= 3, "visited only " + visited + " wrappers");
  }

  /** One method with a body of its own, one without. */
  private interface Some {
    void plain();

    default void slow() {}
  }

  @Test
  void aMethodLeftToTheInterfaceIsFound() {
    Some wrapper = new Some() {
      @Override
      public void plain() {}
    };
    assertEquals(List.of(wrapper.getClass().getSimpleName() + " leaves slow to Some"), notOverridden(wrapper.getClass(), Some.class));
  }

  private static List<String> notOverridden(Class<?> wrapper, Class<?> wrapped) {
    List<String> left = new ArrayList<>();
    for (Method method : wrapped.getMethods()) {
      if (Modifier.isStatic(method.getModifiers())) {
        continue;
      }
      boolean own = Arrays.stream(wrapper.getDeclaredMethods())
          .anyMatch(mine -> mine.getName().equals(method.getName()) && Arrays.equals(mine.getParameterTypes(), method.getParameterTypes()));
      if (!own) {
        left.add(wrapper.getSimpleName() + " leaves " + method.getName() + " to " + method.getDeclaringClass().getSimpleName());
      }
    }
    return left;
  }

  /** Every {@code Warming...} class of the package, found by its name, so that a new one is not forgotten here. */
  private static List<Class<?>> wrappers() throws IOException, ReflectiveOperationException, URISyntaxException {
    Path folder = Path.of(Warming.class.getProtectionDomain().getCodeSource().getLocation().toURI())
        .resolve(Warming.class.getPackageName().replace('.', '/'));
    List<Class<?>> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (String name : files.map(file -> file.getFileName().toString()).filter(file -> file.matches("Warming\\w+\\.class")).toList()) {
        found.add(Class.forName(Warming.class.getPackageName() + "." + name.replace(".class", "")));
      }
    }
    return found;
  }
}
