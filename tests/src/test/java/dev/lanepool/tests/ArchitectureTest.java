package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The rules of the house, applied to every source file of the repository, and each rule shown to catch what it is for. */
class ArchitectureTest {
  private static final Pattern TEXT = Pattern.compile(".*\\.(java|py|sh|md|xml|yml|properties)|.*/run|lanepool");
  /** The built-in model is copied in as its authors wrote it. */
  private static final String COPIED_IN = "/META-INF/lanepool/";

  private final Map<String, String> sources = readSources();
  private final Map<String, String> java = select(path -> path.endsWith(".java"));
  private final Map<String, String> mainJava = select(path -> path.matches("[^/]+/src/main/.*\\.java"));

  @Test
  void onlyTheVectorKernelsImportTheVectorApi() {
    assertHolds(SourceRules::vectorApi, java, 50);
    assertCatches(SourceRules::vectorApi, "core/src/main/java/dev/lanepool/A.java", "import jdk.incubator.vector.FloatVector;\n");
  }

  @Test
  void optionsAreNotAnnotated() {
    assertHolds(SourceRules::annotatedOptions, mainJava, 30);
    assertCatches(SourceRules::annotatedOptions, "cli/src/main/java/A.java", "import picocli.CommandLine.Option;\n");
  }

  @Test
  void importsFollowTheArrows() {
    assertHolds(SourceRules::arrows, java, 50);
    assertCatches(SourceRules::arrows, "kernels/src/main/java/A.java", "import dev.lanepool.weights.Json;\n");
    assertCatches(SourceRules::arrows, "core/src/main/java/A.java", "import static dev.lanepool.training.data.Csv.read;\n");
    assertCatches(SourceRules::arrows, "weights-loader/src/main/java/A.java", "import dev.lanepool.EmbeddingModel;\n");
  }

  @Test
  void dependenciesFollowTheArrows() {
    Map<String, String> poms = select(path -> path.matches("[^/]+/pom\\.xml"));
    Set<String> modules = poms.keySet().stream().map(SourceRules::module).collect(Collectors.toCollection(TreeSet::new));
    assertEquals(new TreeSet<>(SourceRules.ARROWS.keySet()), modules);
    assertHolds(SourceRules::dependencies, poms, 8);
    String dependency = "<dependency> <groupId>%s</groupId> <artifactId>%s</artifactId> </dependency>";
    assertCatches(SourceRules::dependencies, "kernels/pom.xml", dependency.formatted("com.fasterxml.jackson.core", "jackson-core"));
    assertCatches(SourceRules::dependencies, "core/pom.xml", dependency.formatted("dev.lanepool", "lanepool-training"));
  }

  @Test
  void noModuleButBenchHoldsOrLoadsNativeCode() {
    assertHolds(SourceRules::noNatives, mainJava, 30);
    assertCatches(SourceRules::noNatives, "core/A.java", "class A { static { System.loadLibrary(\"a\"); } }\n");
    assertCatches(SourceRules::noNatives, "core/A.java", "class A { native void f(); }\n");
  }

  @Test
  void everyPackageIsNullMarkedAndDescribed() {
    Set<String> packages = mainJava.keySet().stream().filter(path -> !path.endsWith("module-info.java"))
        .map(path -> path.substring(0, path.lastIndexOf('/'))).collect(Collectors.toCollection(TreeSet::new));
    packages.add("tests/src/test/java/dev/lanepool/tests");
    assertTrue(packages.size() >= 9, () -> "visited only " + packages);
    for (String folder : packages) {
      String info = java.get(folder + "/package-info.java");
      assertTrue(info != null, () -> folder + ": no package-info.java");
      assertTrue(info.contains("@NullMarked\npackage "), () -> folder + ": not @NullMarked");
      assertTrue(info.startsWith("/**"), () -> folder + ": says nothing about itself");
    }
  }

  @Test
  void everyLibraryModuleHasADescriptor() {
    for (String module : List.of("kernels", "weights-loader", "core", "training", "default-model", "cli")) {
      boolean empty = mainJava.keySet().stream().noneMatch(path -> path.startsWith(module + "/"));
      assertTrue(empty || java.containsKey(module + "/src/main/java/module-info.java"), () -> module + ": no module-info.java");
    }
  }

  /** The sources of the packages that modules export. */
  private Map<String, String> exported() {
    Pattern exports = Pattern.compile("exports ([\\w.]+);");
    Set<String> exported = mainJava.entrySet().stream().filter(entry -> entry.getKey().endsWith("/module-info.java"))
        .flatMap(entry -> exports.matcher(entry.getValue()).results()
            .map(match -> entry.getKey().replace("module-info.java", match.group(1).replace('.', '/'))))
        .collect(Collectors.toCollection(TreeSet::new));
    assertTrue(exported.size() >= 6, () -> "visited only " + exported);
    return select(path -> exported.contains(path.replaceFirst("/[^/]+$", "")));
  }

  @Test
  void publicTypesAndMembersHaveJavadoc() {
    DocumentedThrows.Result result = DocumentedMembers.check(exported());
    assertTrue(result.visited() >= 600, () -> "visited only " + result.visited() + " types and members");
    assertEquals(List.of(), result.violations(), () -> "\n" + String.join("\n", result.violations()) + "\n");
    for (String text : List.of("public class A { private A() {} }", "/** A. */ public class A { public A() {} }",
        "/** A. */ public interface A { void f(); }", "/** A. */ public record A() { public A {} }", "/** A. */ public enum A { B, C }",
        "/** A. */ public class A { private static final int B = 1; public static final int C = 2; }",
        "/** A. */ public class A { /** B. */ public static class B { public int f() { return 0; } } }")) {
      assertEquals(1, DocumentedMembers.check(Map.of("A.java", text)).violations().size(), text);
    }
    for (String text : List.of("class A { public void f() {} }", "/** A. */ public class A { void f() {} private int b; }",
        "/** A. */ public class A { @Override public String toString() { return \"\"; } }", "/** A. */ public record A(int b) {}",
        "/** A. */ public enum A { /** D. */ B, C }", "/** A. */ public class A { static class B { public void f() {} } }")) {
      assertEquals(List.of(), DocumentedMembers.check(Map.of("A.java", text)).violations());
    }
  }

  @Test
  void publicMethodsDocumentWhatTheyThrow() {
    DocumentedThrows.Result result = DocumentedThrows.check(exported());
    assertTrue(result.visited() >= 300, () -> "visited only " + result.visited() + " methods");
    assertEquals(List.of(), result.violations(), () -> "\n" + String.join("\n", result.violations()) + "\n");
    String thrower = "void f() { if (true) { throw new IllegalStateException(\"a\"); } }";
    for (String text : List.of("public class A { /** B. */ public " + thrower + " }", "public interface A { default " + thrower + " }",
        "/** A. */ public record A() { public A { throw new IllegalArgumentException(); } }",
        "public class A { /** B. */ public static class B { public " + thrower + " } }")) {
      assertEquals(1, DocumentedThrows.check(Map.of("A.java", text)).violations().size(), text);
    }
    for (String text : List.of("class A { public " + thrower + " }", "public class A { " + thrower + " }",
        "/** Throws {@link IllegalStateException}. */ public class A { public " + thrower + " }",
        "public class A { /** @throws IllegalStateException always */ public " + thrower + " }",
        "public interface A { /** Throws IllegalStateException. */ void f(); record B() implements A { public " + thrower + " } }")) {
      assertEquals(List.of(), DocumentedThrows.check(Map.of("A.java", text)).violations());
    }
  }

  @Test
  void textIsClean() {
    assertHolds(SourceRules::textHygiene, sources, 50);
    for (String text : List.of("a\tb\n", "a\u2014b\n", "a \n", "a".repeat(141) + "\n", "a", "a\n".repeat(451))) {
      assertCatches(SourceRules::textHygiene, "core/A.java", text);
    }
  }

  @Test
  void editorsAreToldTheSameWidth() throws IOException {
    String told = Files.readString(SharedFolder.repositoryRoot().resolve(".editorconfig"));
    assertTrue(told.contains("\nmax_line_length = " + SourceRules.MAX_LINE + "\n"), told);
  }

  @Test
  void nothingIsLeftUnfinished() {
    Map<String, String> checked = new TreeMap<>(java);
    checked.keySet().removeIf(path -> path.endsWith("/ArchitectureTest.java") || path.endsWith("/SourceRules.java"));
    assertHolds(SourceRules::finished, checked, 50);
    for (String text : List.of("// TODO later", "@Disabled", "throw new UnsupportedOperationException();", "\"/home/me/model\"")) {
      assertCatches(SourceRules::finished, "core/A.java", text);
    }
  }

  private static void assertHolds(BiFunction<String, String, List<String>> rule, Map<String, String> files, int atLeast) {
    assertTrue(files.size() >= atLeast, () -> "visited only " + files.size() + " files, expected at least " + atLeast);
    List<String> violations = new ArrayList<>();
    files.forEach((path, text) -> violations.addAll(rule.apply(path, text)));
    assertEquals(List.of(), violations, () -> "\n" + String.join("\n", violations) + "\n");
  }

  private static void assertCatches(BiFunction<String, String, List<String>> rule, String path, String text) {
    assertEquals(1, rule.apply(path, text).size(), () -> "not caught once in " + path + ": " + text);
  }

  private Map<String, String> select(Predicate<String> wanted) {
    return sources.entrySet().stream().filter(entry -> wanted.test(entry.getKey()))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, TreeMap::new));
  }

  /** Every text file of the repository by its path from the root, build output and hidden folders left out. */
  private static Map<String, String> readSources() {
    Path root = SharedFolder.repositoryRoot();
    Map<String, String> sources = new TreeMap<>();
    try {
      Files.walkFileTree(root, new SimpleFileVisitor<>() {
        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
          String name = folder.getFileName().toString();
          boolean skipped = name.equals("target") || name.startsWith(".") && !name.equals(".ci");
          return skipped && !folder.equals(root) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
          String path = root.relativize(file).toString().replace('\\', '/');
          if (TEXT.matcher(path).matches() && !path.contains(COPIED_IN)) {
            sources.put(path, Files.readString(file));
          }
          return FileVisitResult.CONTINUE;
        }
      });
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return sources;
  }
}
