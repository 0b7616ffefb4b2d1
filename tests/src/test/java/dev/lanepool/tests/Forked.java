package dev.lanepool.tests;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.lanepool.kernels.Kernels;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs test classes in a JVM of its own. {@link LaneWidthTest} starts it; the command that it prints on failure runs it by hand. */
final class Forked {
  private Forked() {}

  /** Runs the named test classes; the last line says on what, and how many tests succeeded. Exits 1 where one failed or was skipped. */
  public static void main(String[] classNames) {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request()
        .selectors(Arrays.stream(classNames).map(name -> selectClass(name)).toList()).build(), listener);
    TestExecutionSummary summary = listener.getSummary();
    summary.printFailuresTo(new PrintWriter(System.out, true), 20);
    System.out.println(Kernels.active().name() + ": " + summary.getTestsSucceededCount() + " tests succeeded");
    System.exit(summary.getTestsSucceededCount() == summary.getTestsFoundCount() && summary.getTestsFoundCount() > 0 ? 0 : 1);
  }

  /** What decides the bits of a result: the twin, its lane width, and the options that chose them. */
  static String describeThisJvm() {
    List<String> options = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("-XX:") || option.startsWith("-Dlanepool.")).toList();
    return Kernels.active().name() + " " + options;
  }
}
