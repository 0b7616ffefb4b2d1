package dev.lanepool.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.kernels.scalar.ScalarKernels;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What stands between a caller and the twins hands everything on: a default method left to the interface would be slow for good. The SIMD
 * twin takes over once it is compiled.
 */
class WarmingTest {

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
  void aHintCompilesEveryKernelBeforeThereIsWork() throws InterruptedException {
    CountDownLatch last = new CountDownLatch(1);
    Kernels scalar = new ScalarKernels(8);
    InvocationHandler counting = (_, method, arguments) -> {
      if (method.getName().equals("softmaxRowInPlace")) {
        last.countDown();
      }
      return method.invoke(scalar, arguments);
    };
    Kernels vector = (Kernels) Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, counting);
    WarmingKernels warming = new WarmingKernels(vector);
    assertFalse(last.await(50, TimeUnit.MILLISECONDS), "compiles unasked");
    warming.warmUp();
    warming.warmUp();
    assertTrue(last.await(60, TimeUnit.SECONDS), "the last kernel is not compiled");
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
