package dev.lanepool.weights;

/** What is to be done where the JVM is told to end, as by SIGTERM, while something is under way: it runs no finally blocks then. */
public final class ShutdownTask implements AutoCloseable {
  private final Thread hook;

  /**
   * Until it is closed.
   *
   * @throws IllegalStateException where the JVM is ending already
   */
  public ShutdownTask(Runnable task) {
    hook = Thread.ofPlatform().name("lanepool-clean-up").unstarted(task);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Not to be done any more; where the JVM is ending it is done nevertheless, or has been. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the JVM is ending
    }
  }
}
