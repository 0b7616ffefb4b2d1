package dev.lanepool.tests;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ThrowTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * Every public method and constructor of a public type names, in its Javadoc or in that of a type around it, the exceptions that its body
 * throws outright: {@code throw new X(...)}. A method that says nothing inherits what those of its name say elsewhere. What only
 * the methods it calls throw is for the reader to check. An {@code AssertionError} says that something cannot happen, and is exempt.
 */
final class DocumentedThrows extends TreePathScanner<@Nullable Void, @Nullable Void> {
  private final DocTrees docs;
  private final List<Thrower> throwers = new ArrayList<>();
  private final Map<String, String> saidByName = new HashMap<>();

  /**
   * A method or constructor.
   *
   * @param says its Javadoc, or null, and that of the types around it
   * @param thrown the exceptions that its body throws
   */
  private record Thrower(String path, String name, @Nullable String says, String around, Set<String> thrown) {}

  private DocumentedThrows(DocTrees docs) {
    this.docs = docs;
  }

  /** What is violated, and how many methods and constructors were looked at. */
  record Result(List<String> violations, int visited) {}

  /** Checks files, given by their paths. */
  static Result check(Map<String, String> files) {
    JavacTask task = task(files);
    DocumentedThrows rule = new DocumentedThrows(DocTrees.instance(task));
    try {
      rule.scan(task.parse(), null);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return new Result(rule.throwers.stream().flatMap(rule::violations).toList(), rule.throwers.size());
  }

  /** The compiler, at work on files that are given by their paths. */
  static JavacTask task(Map<String, String> files) {
    List<JavaFileObject> sources = new ArrayList<>();
    files.forEach((path, java) -> sources.add(new SimpleJavaFileObject(URI.create("string:///" + path), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return java;
      }
    }));
    return (JavacTask) ToolProvider.getSystemJavaCompiler().getTask(null, null, null, null, null, sources);
  }

  private Stream<String> violations(Thrower method) {
    String said = method.around + (method.says == null ? saidByName.get(method.name) : method.says);
    return method.thrown.stream().filter(thrown -> !said.matches("(?s).*\\b" + thrown + "\\b.*"))
        .map(thrown -> method.path + ": " + method.name + " throws " + thrown + ", of which its Javadoc says nothing");
  }

  @Override
  public @Nullable Void visitClass(ClassTree type, @Nullable Void unused) {
    return isPublic(type.getModifiers().getFlags()) ? super.visitClass(type, null) : null;
  }

  @Override
  public @Nullable Void visitMethod(MethodTree method, @Nullable Void unused) {
    if (isPublic(method.getModifiers().getFlags())) {
      String says = docs.getDocComment(getCurrentPath());
      String name = method.getName().toString();
      saidByName.merge(name, says == null ? "" : says, String::concat);
      StringBuilder around = new StringBuilder();
      for (TreePath at = getCurrentPath().getParentPath(); at.getLeaf() instanceof ClassTree; at = at.getParentPath()) {
        around.append(docs.getDocComment(at));
      }
      String path = getCurrentPath().getCompilationUnit().getSourceFile().getName();
      throwers.add(new Thrower(path, name, says, around.toString(), thrown(method)));
    }
    return null;
  }

  /** Members of an interface are public unless they say otherwise. */
  private boolean isPublic(Set<Modifier> flags) {
    boolean ofInterface = getCurrentPath().getParentPath().getLeaf().getKind() == Tree.Kind.INTERFACE;
    return flags.contains(Modifier.PUBLIC) || ofInterface && !flags.contains(Modifier.PRIVATE);
  }

  private static Set<String> thrown(MethodTree method) {
    Set<String> thrown = new TreeSet<>();
    new TreeScanner<@Nullable Void, @Nullable Void>() {
      @Override
      public @Nullable Void visitThrow(ThrowTree statement, @Nullable Void unused) {
        if (statement.getExpression() instanceof NewClassTree made) {
          thrown.add(made.getIdentifier().toString());
        }
        return super.visitThrow(statement, null);
      }
    }.scan(method.getBody(), null);
    thrown.remove("AssertionError");
    return thrown;
  }
}
