package dev.lanepool.tests;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
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
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.lang.model.element.Modifier;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * Every public method and constructor of a public type names, in its Javadoc or in that of a type around it, the exceptions that its body
 * throws outright: {@code throw new X(...)}. An override that says nothing has the Javadoc of the same method of a type around it. What
 * only the methods it calls throw is for the reader to check. An {@code AssertionError} says that something cannot happen, and is exempt.
 */
final class DocumentedThrows extends TreePathScanner<@Nullable Void, @Nullable Void> {
  private final List<String> violations = new ArrayList<>();
  private final String path;
  private final DocTrees docs;
  private int visited;

  private DocumentedThrows(String path, DocTrees docs) {
    this.path = path;
    this.docs = docs;
  }

  /** What a file violates, and how many methods and constructors of it were looked at. */
  record Result(List<String> violations, int visited) {}

  static Result check(String path, String java) {
    JavaFileObject source = new SimpleJavaFileObject(URI.create("string:///" + path), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return java;
      }
    };
    JavacTask task = (JavacTask) ToolProvider.getSystemJavaCompiler().getTask(null, null, null, null, null, List.of(source));
    DocumentedThrows rule = new DocumentedThrows(path, DocTrees.instance(task));
    try {
      for (CompilationUnitTree unit : task.parse()) {
        rule.scan(unit, null);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return new Result(rule.violations, rule.visited);
  }

  @Override
  public @Nullable Void visitClass(ClassTree type, @Nullable Void unused) {
    return isPublic(type.getModifiers().getFlags()) ? super.visitClass(type, null) : null;
  }

  @Override
  public @Nullable Void visitMethod(MethodTree method, @Nullable Void unused) {
    if (isPublic(method.getModifiers().getFlags())) {
      visited++;
      String said = said(method);
      for (String thrown : thrown(method)) {
        if (!said.matches("(?s).*\\b" + thrown + "\\b.*")) {
          violations.add(path + ": " + method.getName() + " throws " + thrown + ", of which its Javadoc says nothing");
        }
      }
    }
    return null;
  }

  /** Members of an interface are public unless they say otherwise. */
  private boolean isPublic(Set<Modifier> flags) {
    boolean ofInterface = getCurrentPath().getParentPath().getLeaf().getKind() == Tree.Kind.INTERFACE;
    return flags.contains(Modifier.PUBLIC) || ofInterface && !flags.contains(Modifier.PRIVATE);
  }

  private String said(MethodTree method) {
    StringBuilder said = new StringBuilder().append(docs.getDocComment(getCurrentPath()));
    boolean inherits = docs.getDocComment(getCurrentPath()) == null;
    for (TreePath at = getCurrentPath().getParentPath(); at.getLeaf() instanceof ClassTree type; at = at.getParentPath()) {
      said.append(docs.getDocComment(at));
      for (Tree member : inherits ? type.getMembers() : List.<Tree>of()) {
        if (member instanceof MethodTree other && other.getName().equals(method.getName())) {
          said.append(docs.getDocComment(new TreePath(at, other)));
        }
      }
    }
    return said.toString();
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
