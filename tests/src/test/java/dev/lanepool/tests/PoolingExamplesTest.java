package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples in the Javadoc of every pooling compile as they stand, run and print. */
class PoolingExamplesTest {
  private static final Pattern EXAMPLE = Pattern.compile("(?s)<pre>\\{@code\\n( *\\* try .*?)\\n *\\* \\}</pre>");
  private static final String IMPORTS = """
      import dev.lanepool.*;
      import dev.lanepool.head.*;
      import dev.lanepool.pooling.*;
      import java.util.*;
      """;

  @Test
  void everyPoolingHasAnExampleThatRuns(@TempDir Path classes) throws Exception {
    Map<String, Integer> found = new TreeMap<>();
    List<SimpleJavaFileObject> sources = new ArrayList<>();
    Path folder = SharedFolder.repositoryRoot().resolve("core/src/main/java/dev/lanepool/pooling");
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        for (String body : EXAMPLE.matcher(Files.readString(file)).results().map(match -> match.group(1)).toList()) {
          found.merge(file.getFileName().toString().replace(".java", ""), 1, Integer::sum);
          sources.add(source("Example" + sources.size(), body.replaceAll("(?m)^ *\\* ?", "")));
        }
      }
    }
    assertEquals(Map.of("AttentionPooling", 1, "ConcatPooling", 1, "JoinedPooling", 1, "LstmPooling", 1, "PoolerOutput", 1, "Reduction", 4,
        "TokenPooling", 1, "WeightedPooling", 1), found);
    compile(sources, classes);
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
      for (int i = 0; i < sources.size(); i++) {
        assertFalse(printed(loader.loadClass("Example" + i)).isBlank());
      }
    }
  }

  private static SimpleJavaFileObject source(String name, String body) {
    assertTrue(body.lines().count() <= 6, body);
    String program = IMPORTS + "public class " + name + " {\n  public static void main(String[] args) {\n" + body + "\n  }\n}\n";
    return new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), SimpleJavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return program;
      }
    };
  }

  private static void compile(List<SimpleJavaFileObject> sources, Path to) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    List<String> options = List.of("-d", to.toString(), "-classpath", System.getProperty("java.class.path"));
    boolean done = compiler.getTask(messages, null, null, options, null, sources).call();
    assertTrue(done, messages::toString);
  }

  private static String printed(Class<?> program) throws ReflectiveOperationException {
    PrintStream standard = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      program.getMethod("main", String[].class).invoke(null, (Object) new String[0]);
    } finally {
      System.setOut(standard);
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
