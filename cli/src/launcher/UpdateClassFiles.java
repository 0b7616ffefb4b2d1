import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Gives the class files of a jar that are older than Java 6's that version, and the stack maps that go with it; instructions stay as they
 * are. The JVM has no stack maps to verify older ones by, and takes none of them into an archive (JDK 25): each start would load and verify
 * them anew. Run by {@code ./lanepool} as it builds, on the jar of a library that is still compiled for Java 5.
 */
final class UpdateClassFiles {
  private static final int MAJOR_VERSION = 7; // where a class file has the lower byte of it

  private UpdateClassFiles() {}

  /** Rewrites the jar that is named, aside first. Fails where it is signed, or a class file is none or misses a class it builds upon. */
  public static void main(String[] args) throws IOException {
    Path jar = Path.of(args[0]);
    Path aside = Path.of(args[0] + ".new");
    try {
      Files.write(aside, updated(jar));
      Files.move(aside, jar, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  private static byte[] updated(Path jar) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JarFile from = new JarFile(jar.toFile()); JarOutputStream to = new JarOutputStream(bytes);
        URLClassLoader classes = new URLClassLoader(new URL[] {jar.toUri().toURL()})) {
      ClassFile classFile = ClassFile.of(StackMapsOption.GENERATE_STACK_MAPS,
          ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(classes)));
      for (JarEntry entry : from.stream().toList()) {
        if (entry.getName().matches("META-INF/[^/]*\\.SF")) {
          throw new IllegalArgumentException(jar + ": is signed");
        }
        JarEntry copy = new JarEntry(entry.getName());
        copy.setTime(entry.getTime());
        to.putNextEntry(copy);
        to.write(updated(entry.getName(), from.getInputStream(entry).readAllBytes(), classFile));
        to.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] updated(String name, byte[] content, ClassFile classFile) {
    if (!name.endsWith(".class") || content[MAJOR_VERSION] >= ClassFile.JAVA_6_VERSION) {
      return content;
    }
    ClassTransform version = (builder, element) ->
        builder.with(element instanceof ClassFileVersion ? ClassFileVersion.of(ClassFile.JAVA_6_VERSION, 0) : element);
    ClassTransform code = ClassTransform.transformingMethodBodies((builder, element) -> builder.with(element)); // so that maps are made
    try {
      return classFile.transformClass(classFile.parse(content), version.andThen(code));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }
}
