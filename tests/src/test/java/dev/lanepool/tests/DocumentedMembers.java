package dev.lanepool.tests;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.lang.model.element.Modifier;
import org.jspecify.annotations.Nullable;

/**
 * Every public type, and every public method, constructor, field and constant of one, has Javadoc. A method with {@code @Override} has
 * that of the one it overrides; constants in a row may share that of the first.
 */
final class DocumentedMembers extends TreePathScanner<@Nullable Void, @Nullable Void> {
  private final DocTrees docs;
  private final List<String> violations = new ArrayList<>();
  private int visited;

  private DocumentedMembers(DocTrees docs) {
    this.docs = docs;
  }

  /** Checks files, given by their paths. */
  static DocumentedThrows.Result check(Map<String, String> files) {
    JavacTask task = DocumentedThrows.task(files);
    DocumentedMembers rule = new DocumentedMembers(DocTrees.instance(task));
    try {
      rule.scan(task.parse(), null);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return new DocumentedThrows.Result(rule.violations, rule.visited);
  }

  @Override
  public @Nullable Void visitClass(ClassTree type, @Nullable Void unused) {
    if (!isPublic(getCurrentPath(), type.getModifiers())) {
      return null;
    }
    check(type.getSimpleName());
    return super.visitClass(type, null);
  }

  @Override
  public @Nullable Void visitMethod(MethodTree method, @Nullable Void unused) {
    boolean overrides = method.getModifiers().getAnnotations().stream()
        .anyMatch(annotation -> annotation.getAnnotationType().toString().equals("Override"));
    if (isPublic(getCurrentPath(), method.getModifiers()) && !overrides) {
      check(method.getName());
    }
    return null;
  }

  @Override
  public @Nullable Void visitVariable(VariableTree field, @Nullable Void unused) {
    if (isPublic(getCurrentPath(), field.getModifiers()) && !followsAnother(field)) {
      check(field.getName());
    }
    return null;
  }

  private boolean followsAnother(VariableTree field) {
    TreePath type = getCurrentPath().getParentPath();
    List<? extends Tree> members = ((ClassTree) type.getLeaf()).getMembers();
    int place = members.indexOf(field);
    return place > 0 && members.get(place - 1) instanceof VariableTree before
        && isPublic(new TreePath(type, before), before.getModifiers());
  }

  private void check(CharSequence name) {
    visited++;
    if (docs.getDocComment(getCurrentPath()) == null) {
      violations.add(getCurrentPath().getCompilationUnit().getSourceFile().getName() + ": " + name + " is public and has no Javadoc");
    }
  }

  /** Members of an interface are public unless they say otherwise. */
  private static boolean isPublic(TreePath path, ModifiersTree modifiers) {
    boolean ofInterface = path.getParentPath().getLeaf().getKind() == Tree.Kind.INTERFACE;
    return modifiers.getFlags().contains(Modifier.PUBLIC) || ofInterface && !modifiers.getFlags().contains(Modifier.PRIVATE);
  }
}
