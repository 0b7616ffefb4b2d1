/** Dense float kernels in two twins, scalar and SIMD, and the thread team that runs them. */
module dev.lanepool.kernels {
  requires jdk.incubator.vector;
  requires static transitive org.jspecify;

  exports dev.lanepool.kernels;
}
