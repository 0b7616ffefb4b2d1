package dev.lanepool.kernels;

import dev.lanepool.kernels.scalar.ScalarKernels;
import dev.lanepool.kernels.scalar.ScalarReduced;
import dev.lanepool.kernels.scalar.ScalarTrainingKernels;
import dev.lanepool.kernels.vector.VectorKernels;
import dev.lanepool.kernels.vector.VectorReduced;
import dev.lanepool.kernels.vector.VectorTrainingKernels;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** Chooses the twin, once for the JVM. No switch over types: a JVM's first ones take it 10 ms each, and every start comes by here. */
final class KernelChoice {
  static final Kernels ACTIVE = choose(System.getProperty("lanepool.kernels", "auto"));

  static final TrainingKernels TRAINING = ACTIVE instanceof ScalarKernels ? new ScalarTrainingKernels()
      : ACTIVE instanceof VectorKernels ? new VectorTrainingKernels() : new WarmingTrainingKernels();

  static final ReducedKernels REDUCED = ACTIVE instanceof ScalarKernels ? new ScalarReduced()
      : ACTIVE instanceof VectorKernels ? new VectorReduced() : new WarmingReduced(ACTIVE.panelWidth());

  private KernelChoice() {}

  private static Kernels choose(String wanted) {
    String obstacle = obstacle();
    return switch (wanted) {
      case "scalar" -> new ScalarKernels();
      case "vector" -> {
        if (obstacle != null) {
          throw new IllegalStateException("lanepool.kernels=vector cannot be met: " + obstacle);
        }
        yield new VectorKernels();
      }
      case "auto" -> {
        if (obstacle == null) {
          yield new WarmingKernels(new VectorKernels());
        }
        System.getLogger(Kernels.class.getName()).log(Level.WARNING, "Lanepool runs its slower scalar kernels: " + obstacle);
        yield new ScalarKernels();
      }
      default -> throw new IllegalStateException("lanepool.kernels=" + wanted + ": expected auto, vector or scalar");
    };
  }

  /** Why the SIMD twin would not run, or would run interpreted and very slowly; null where it will do well. */
  private static @Nullable String obstacle() {
    Module vector = ModuleLayer.boot().findModule("jdk.incubator.vector").orElse(null);
    if (vector == null || !Kernels.class.getModule().canRead(vector)) {
      return "the module jdk.incubator.vector is not there; start java with --add-modules jdk.incubator.vector,"
          + " or set JDK_JAVA_OPTIONS=--add-modules=jdk.incubator.vector";
    }
    String mode = System.getProperty("java.vm.info", "");
    if (!mode.contains("mixed mode") && !mode.contains("compiled mode") || mode.contains("emulated-client")) {
      return "this JVM does not run the C2 compiler (java.vm.info: " + mode + "), without which the Vector API is slow";
    }
    return null;
  }
}
