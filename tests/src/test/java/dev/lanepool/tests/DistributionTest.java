package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.EmbeddingModel;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user gets, in JVMs that have nothing else: the single jar on the class path, the plain jars on the module path. */
class DistributionTest {
  private static final String FLAG = "--add-modules=jdk.incubator.vector";
  private static final String TEXT = "this is a string";
  private static final String PROGRAM = """
      package user;

      import dev.lanepool.EmbeddingModel;

      public final class Program {
        public static void main(String[] args) {
          try (EmbeddingModel model = EmbeddingModel.builtIn()) {
            for (float value : model.embed("%s")) {
              System.out.println(Float.floatToRawIntBits(value));
            }
          }
        }
      }
      """.formatted(TEXT);
  private static final String DESCRIPTOR = "module user { requires dev.lanepool; requires dev.lanepool.defaultmodel; }\n";

  @TempDir
  private Path folder;

  private Path jar;
  private Path modules;

  private record Run(int code, List<String> out, List<String> err) {}

  @BeforeEach
  void needsWhatThePackagePhaseMakes() throws IOException {
    Assumptions.assumeFalse("scalar".equals(System.getProperty("lanepool.kernels")), "skipped: the vector twin's run does it");
    Path target = SharedFolder.repositoryRoot().resolve("cli/target");
    modules = target.resolve("modules");
    List<Path> jars = List.of();
    if (Files.isDirectory(target)) {
      try (Stream<Path> files = Files.list(target)) {
        jars = files.filter(file -> file.getFileName().toString().matches("lanepool-[\\d.]+\\.jar")).toList();
      }
    }
    Assumptions.assumeTrue(jars.size() == 1, "skipped: found " + jars.size() + " jars lanepool-*.jar in " + target
        + ", expected one from mvn verify");
    jar = jars.getFirst();
  }

  @Test
  void theJarServesAProgramOnTheClassPathWithTheFlag() throws IOException, InterruptedException {
    Path classes = compile(List.of("-cp", jar.toString()), PROGRAM);
    Run run = java(FLAG, "-cp", jar + File.pathSeparator + classes, "user.Program");
    assertEquals(List.of(), warnings(run));
    assertEquals(expectedBits(), run.out);
  }

  @Test
  void withoutTheFlagTheSameBitsComeWithOneWarningThatNamesIt() throws IOException, InterruptedException {
    Path classes = compile(List.of("-cp", jar.toString()), PROGRAM);
    Run run = java("-cp", jar + File.pathSeparator + classes, "user.Program");
    assertOneWarning(warnings(run));
    assertEquals(expectedBits(), run.out);
  }

  @Test
  void theJarIsTheCommandLine() throws IOException, InterruptedException {
    Run with = java(FLAG, "-jar", jar.toString(), "embed", TEXT);
    assertEquals(List.of(), warnings(with));
    Run without = java("-jar", jar.toString(), "embed", TEXT);
    assertEquals(1, without.err.size(), () -> String.join("\n", without.err));
    assertOneWarning(without.err);
    assertEquals(with.out, without.out);
    assertTrue(with.out.getFirst().startsWith("{\"index\":0,\"text\":\"" + TEXT + "\""), with.out.getFirst());
  }

  @Test
  void theModulesServeAModuleWithoutAFlag() throws IOException, InterruptedException {
    Path classes = compile(List.of("-p", modules.toString()), PROGRAM, DESCRIPTOR);
    Run run = java("-p", modules + File.pathSeparator + classes, "-m", "user/user.Program");
    assertEquals(List.of(), warnings(run));
    assertEquals(expectedBits(), run.out);
  }

  @Test
  void theJarHoldsEveryLicenceAndNoDescriptor() throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      assertEquals("true", file.getManifest().getMainAttributes().getValue(Attributes.Name.MULTI_RELEASE));
      String licence = read(file, "META-INF/LICENSE");
      for (String part : List.of("Apache License", "MIT License", "Oliver Siegmar")) {
        assertEquals(2, licence.split(part, 2).length, part);
      }
      String notice = read(file, "META-INF/NOTICE");
      for (String part : List.of("picocli", "FastCSV", "# Jackson JSON processor", "WordNet 3.0")) {
        assertEquals(2, notice.split(part, 2).length, part);
      }
      assertEquals(List.of(), file.stream().map(entry -> entry.getName()).filter(name -> name.endsWith("module-info.class")).toList());
    }
  }

  private static String read(JarFile file, String name) throws IOException {
    try (InputStream in = file.getInputStream(file.getEntry(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static List<String> expectedBits() {
    try (EmbeddingModel model = EmbeddingModel.builtIn()) {
      List<String> bits = new ArrayList<>();
      for (float value : model.embed(TEXT)) {
        bits.add(Integer.toString(Float.floatToRawIntBits(value)));
      }
      return bits;
    }
  }

  /** What Lanepool says; the JVM's own words left out. */
  private static List<String> warnings(Run run) {
    return run.err.stream().filter(line -> line.contains("Lanepool")).toList();
  }

  private static void assertOneWarning(List<String> warnings) {
    assertEquals(1, warnings.size(), warnings::toString);
    String warning = warnings.getFirst();
    assertTrue(warning.startsWith("WARNING: ") && warning.contains("--add-modules jdk.incubator.vector")
        && warning.contains("JDK_JAVA_OPTIONS"), warning);
  }

  /** Compiles a program, and its module's descriptor where one is given, as a user would: with all lints. */
  private Path compile(List<String> path, String program, String... descriptor) throws IOException {
    List<Path> sources = new ArrayList<>();
    sources.add(Files.writeString(folder.resolve("Program.java"), program));
    for (String text : descriptor) {
      sources.add(Files.writeString(folder.resolve("module-info.java"), text));
    }
    Path classes = folder.resolve("classes");
    List<String> options = new ArrayList<>(path);
    options.addAll(List.of("-d", classes.toString(), "-Xlint:all,-incubating,-path", "-Werror"));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      assertTrue(compiler.getTask(messages, files, null, options, null, files.getJavaFileObjectsFromPaths(sources)).call(),
          messages::toString);
    }
    return classes;
  }

  /** Runs java in an empty environment; the exit code is 0. */
  private Run java(String... args) throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(Arrays.asList(args));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile())
        .redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().clear();
    int code = builder.start().waitFor();
    Run run = new Run(code, Files.readAllLines(out), Files.readAllLines(err));
    assertEquals(0, run.code, () -> String.join("\n", run.err));
    return run;
  }
}
