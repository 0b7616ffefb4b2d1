package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.Opcode;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ./lanepool} does to a library's jar that is compiled for Java 5, run as it runs it. */
class UpdateClassFilesTest {
  private static final Path PROGRAM = SharedFolder.repositoryRoot().resolve("cli/src/launcher/UpdateClassFiles.java");
  private static final int MAJOR_VERSION = 7;

  @TempDir
  private Path folder;

  @Test
  void oldClassFilesBecomeJava6sAndTheRestStaysAsItIs() throws IOException, InterruptedException, ReflectiveOperationException {
    byte[] young = sign("Young", ClassFile.latestMajorVersion());
    byte[] notes = "notes\n".getBytes(StandardCharsets.UTF_8);
    Path jar = jar(Map.of("Old.class", sign("Old", ClassFile.JAVA_5_VERSION), "Young.class", young, "a/notes.txt", notes));
    assertEquals(0, update(jar));
    Map<String, byte[]> updated = read(jar);
    assertEquals(3, updated.size());
    assertEquals(ClassFile.JAVA_6_VERSION, updated.get("Old.class")[MAJOR_VERSION]);
    assertArrayEquals(young, updated.get("Young.class"));
    assertArrayEquals(notes, updated.get("a/notes.txt"));
    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()})) { // which verifies
      for (int value : new int[] {-7, 0, 7}) {
        assertEquals(value < 0 ? "negative" : "positive or 0", loader.loadClass("Old").getMethod("sign", int.class).invoke(null, value));
      }
    }
  }

  @Test
  void aJarThatCannotBeUpdatedStaysAsItIs() throws IOException, InterruptedException {
    byte[] old = sign("Old", ClassFile.JAVA_5_VERSION);
    Map<String, byte[]> broken = Map.of("Old.class", Arrays.copyOf(old, 60));
    Map<String, byte[]> signed = Map.of("Old.class", old, "META-INF/A.SF", old);
    for (Map<String, byte[]> entries : List.of(broken, signed)) {
      Path jar = jar(entries);
      byte[] before = Files.readAllBytes(jar);
      assertNotEquals(0, update(jar));
      assertArrayEquals(before, Files.readAllBytes(jar));
      try (Stream<Path> files = Files.list(folder)) {
        assertEquals(List.of(jar), files.toList());
      }
    }
  }

  /** A class with {@code static String sign(int)}, whose branch needs a stack map from Java 6 on and has none before. */
  private static byte[] sign(String name, int version) {
    return ClassFile.of().build(ClassDesc.of(name), builder -> builder.withVersion(version, 0).withMethodBody("sign",
        MethodTypeDesc.of(ConstantDescs.CD_String, ConstantDescs.CD_int), ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC, code -> code.iload(0)
            .ifThenElse(Opcode.IFLT, then -> then.ldc("negative"), otherwise -> otherwise.ldc("positive or 0"))
            .areturn()));
  }

  private Path jar(Map<String, byte[]> entries) throws IOException {
    Path jar = folder.resolve("library.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        out.putNextEntry(new JarEntry(entry.getKey()));
        out.write(entry.getValue());
        out.closeEntry();
      }
    }
    return jar;
  }

  private static Map<String, byte[]> read(Path jar) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (JarFile file = new JarFile(jar.toFile())) {
      for (JarEntry entry : file.stream().toList()) {
        entries.put(entry.getName(), file.getInputStream(entry).readAllBytes());
      }
    }
    return entries;
  }

  private int update(Path jar) throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return new ProcessBuilder(java, PROGRAM.toString(), jar.toString()).redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
  }
}
