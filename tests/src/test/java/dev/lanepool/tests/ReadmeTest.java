package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.tests.examples.ComparePoolings;
import dev.lanepool.tests.examples.EmbedStream;
import dev.lanepool.tests.examples.EmbedTexts;
import dev.lanepool.tests.examples.ReadHiddenStates;
import dev.lanepool.tests.examples.TrainHead;
import dev.lanepool.tests.examples.TrainLinear;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The README's Java examples are these programs, letter for letter, and the programs run. */
class ReadmeTest {
  private static final Pattern JAVA_BLOCK = Pattern.compile("(?ms)^```java\\n(.*?)^```$");
  private static final List<Consumer<String[]>> EXAMPLES =
      List.of(EmbedTexts::main, ReadHiddenStates::main, EmbedStream::main, TrainLinear::main, TrainHead::main, ComparePoolings::main);

  @Test
  void everyJavaBlockIsPartOfOneExampleAndEveryExampleIsShown() throws IOException {
    Path root = SharedFolder.repositoryRoot();
    List<String> blocks = JAVA_BLOCK.matcher(Files.readString(root.resolve("README.md"))).results()
        .map((MatchResult match) -> match.group(1)).toList();
    List<String> programs;
    try (Stream<Path> files = Files.list(root.resolve("tests/src/test/java/dev/lanepool/tests/examples"))) {
      programs = files.filter(file -> !file.endsWith("package-info.java")).map(ReadmeTest::mainBody).toList();
    }
    assertEquals(EXAMPLES.size(), programs.size());
    assertEquals(programs.stream().sorted().toList(), blocks.stream().sorted().toList());
  }

  /** What stands inside the main method, without its indentation. */
  private static String mainBody(Path file) {
    try {
      String text = Files.readString(file);
      String start = "  public static void main(String[] args) {\n";
      assertTrue(text.contains(start), file::toString);
      String body = text.substring(text.indexOf(start) + start.length(), text.indexOf("\n  }\n", text.indexOf(start)));
      return body.stripIndent() + "\n";
    } catch (IOException e) {
      throw new AssertionError(file.toString(), e);
    }
  }

  @Test
  void everyExampleRunsAndPrints() {
    PrintStream standard = System.out;
    for (Consumer<String[]> example : EXAMPLES) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
      try {
        example.accept(new String[0]);
      } finally {
        System.setOut(standard);
      }
      assertFalse(out.toString(StandardCharsets.UTF_8).isBlank());
    }
  }
}
