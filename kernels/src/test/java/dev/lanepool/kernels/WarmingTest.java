package dev.lanepool.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What stands between a caller and the twins hands everything on: a default method left to the interface would be slow for good. */
class WarmingTest {

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
