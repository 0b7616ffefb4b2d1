package dev.lanepool.tests;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The house rules as functions of a file's path and text, each giving its violations. {@link ArchitectureTest} applies them. */
final class SourceRules {
  /** The packages below {@code dev.lanepool} that are each module's own. */
  static final Map<String, Set<String>> PACKAGES = Map.of(
      "kernels", Set.of("kernels"), "weights-loader", Set.of("weights"),
      "core", Set.of("", "tokenizer", "encoder", "head", "nn", "pooling"),
      "training", Set.of("training"), "default-model", Set.of(), "cli", Set.of("cli"), "bench", Set.of("bench"), "tests", Set.of("tests"));

  /** The modules that each may use: DESIGN's arrows, and what they reach. */
  static final Map<String, Set<String>> ARROWS = Map.of(
      "kernels", Set.of(), "weights-loader", Set.of(), "core", Set.of("kernels", "weights-loader"),
      "training", Set.of("core", "kernels", "weights-loader"), "default-model", Set.of(),
      "cli", Set.of("training", "core", "kernels", "weights-loader", "default-model"),
      "bench", Set.of("training", "core", "kernels", "weights-loader", "default-model"),
      "tests", Set.of("cli", "training", "core", "kernels", "weights-loader", "default-model"));

  static final int MAX_LINE = 140;

  /** What each module may depend on besides Lanepool, tests and annotations aside. None of it holds native code. */
  private static final Map<String, Set<String>> LIBRARIES = Map.of(
      "weights-loader", Set.of("jackson-core"), "training", Set.of("commons-math3", "fastcsv"), "cli", Set.of("picocli", "fastcsv"));

  private static final int MAX_LINES = 450;
  private static final Pattern IMPORT = Pattern.compile("(?m)^import (?:static )?([\\w.]+)");
  private static final Pattern DEPENDENCY = Pattern.compile(
      "<dependency>\\s*<groupId>([^<]+)</groupId>\\s*<artifactId>([^<]+)</artifactId>(.*?)</dependency>", Pattern.DOTALL);
  /** Comments, text blocks, strings and characters, in this order of preference at any one place. */
  private static final Pattern NOT_CODE = Pattern.compile(
      "//[^\\n]*|/\\*.*?\\*/|\"\"\".*?(?<!\\\\)\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\\\n])+'", Pattern.DOTALL);
  private static final Pattern NATIVE = Pattern.compile("\\bnative\\b|\\bSystem\\s*\\.\\s*load|\\bRuntime\\b[^;]*\\.\\s*load|\\bLinker\\b");
  private static final Pattern UNFINISHED =
      Pattern.compile("\\b(TODO|FIXME|XXX)\\b|@Disabled\\b|\\bUnsupportedOperationException\\b|/(home|root|tmp|work)/\\w");

  private SourceRules() {}

  static String module(String path) {
    return path.substring(0, Math.max(0, path.indexOf('/')));
  }

  static String withoutCommentsAndStrings(String java) {
    return NOT_CODE.matcher(java).replaceAll(" ");
  }

  /** Only {@code dev.lanepool.kernels.vector} and bench import the Vector API. */
  static List<String> vectorApi(String path, String java) {
    boolean allowed = path.matches("kernels/src/(main|test)/java/dev/lanepool/kernels/vector/.*") || module(path).equals("bench");
    return allowed ? List.of()
        : imports(java).stream().filter(name -> name.startsWith("jdk.incubator.vector")).map(name -> path + ": imports " + name).toList();
  }

  /** Options are not annotated: see {@code dev.lanepool.cli.Arguments}. */
  static List<String> annotatedOptions(String path, String java) {
    return !path.startsWith("cli/src/main/") ? List.of()
        : imports(java).stream().filter(name -> name.matches("picocli\\.CommandLine\\.(ArgGroup|Command|Mixin|Option|Parameters|Spec)"))
            .map(name -> path + ": imports " + name).toList();
  }

  /** A module imports its own packages and those of the modules that its arrows reach. */
  static List<String> arrows(String path, String java) {
    String module = module(path);
    List<String> violations = new ArrayList<>();
    for (String name : imports(java)) {
      if (name.startsWith("dev.lanepool.")) {
        String owner = owner(name);
        if (!owner.equals(module) && !ARROWS.get(module).contains(owner)) {
          violations.add(path + ": " + module + " must not know " + owner + ", but imports " + name);
        }
      }
    }
    return violations;
  }

  /** As {@link #arrows}, by a module's pom.xml, which may also name only the libraries granted to it. */
  static List<String> dependencies(String path, String pom) {
    String module = module(path);
    List<String> violations = new ArrayList<>();
    Matcher dependency = DEPENDENCY.matcher(pom);
    while (dependency.find()) {
      String artifact = dependency.group(2);
      boolean allowed = dependency.group(3).contains("<scope>test</scope>") || module.equals("bench")
          || (dependency.group(1).equals("dev.lanepool")
              ? ARROWS.get(module).contains(artifact.replaceFirst("lanepool-", ""))
              : LIBRARIES.getOrDefault(module, Set.of()).contains(artifact));
      if (!allowed) {
        violations.add(path + ": " + module + " must not depend on " + artifact);
      }
    }
    return violations;
  }

  /** No native code: no native method, no library loading, no foreign linker. */
  static List<String> noNatives(String path, String java) {
    return matches(NATIVE, path, withoutCommentsAndStrings(java));
  }

  /** Nothing unfinished, and no path of one machine. */
  static List<String> finished(String path, String text) {
    return matches(UNFINISHED, path, text);
  }

  /** No tab, no em dash, no space at a line's end, a newline at the end, and no line over 140 unless it is a table or address in prose. */
  static List<String> textHygiene(String path, String text) {
    List<String> violations = new ArrayList<>();
    String[] lines = text.split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      String line = lines[i];
      String at = path + ":" + (i + 1) + ": ";
      if (line.indexOf('\t') >= 0 || line.indexOf('\r') >= 0) {
        violations.add(at + "holds a tab or carriage return");
      }
      if (line.indexOf('\u2014') >= 0) {
        violations.add(at + "holds an em dash");
      }
      if (line.endsWith(" ")) {
        violations.add(at + "ends in a space");
      }
      if (line.length() > MAX_LINE && !path.endsWith(".md")) {
        violations.add(at + line.length() + " characters, expected at most " + MAX_LINE);
      }
    }
    if (!text.endsWith("\n")) {
      violations.add(path + ": does not end in a newline");
    }
    if (path.endsWith(".java") && lines.length - 1 > MAX_LINES) {
      violations.add(path + ": " + (lines.length - 1) + " lines, expected at most " + MAX_LINES);
    }
    return violations;
  }

  private static List<String> matches(Pattern pattern, String path, String text) {
    return pattern.matcher(text).results().map(match -> path + ": holds " + match.group()).toList();
  }

  private static List<String> imports(String java) {
    return IMPORT.matcher(withoutCommentsAndStrings(java)).results().map(match -> match.group(1)).toList();
  }

  private static String owner(String imported) {
    String first = imported.substring("dev.lanepool.".length()).split("\\.")[0];
    String subpackage = Character.isUpperCase(first.charAt(0)) ? "" : first;
    return PACKAGES.entrySet().stream().filter(entry -> entry.getValue().contains(subpackage)).findFirst()
        .orElseThrow(() -> new AssertionError("no module owns " + imported + "; tell SourceRules")).getKey();
  }
}
