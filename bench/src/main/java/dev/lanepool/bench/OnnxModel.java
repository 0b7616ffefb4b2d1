package dev.lanepool.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A model in ONNX Runtime for Java, in this process, at its highest level of graph optimisation. */
final class OnnxModel implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  private OnnxModel(Object source, int threads) {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      // Its workers would otherwise spin for a while after each run, in the other side's turn.
      options.addConfigEntry("session.force_spinning_stop", "1");
      session = source instanceof byte[] bytes ? environment.createSession(bytes, options)
          : environment.createSession(source.toString(), options);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  static OnnxModel of(byte[] model, int threads) {
    return new OnnxModel(model, threads);
  }

  static OnnxModel of(Path file, int threads) {
    return new OnnxModel(file, threads);
  }

  static String version() {
    return OrtEnvironment.getEnvironment().getVersion();
  }

  /** A run with one input, a matrix of floats. */
  Call call(String name, float[] values, int rows, int columns) {
    try {
      return new Call(Map.of(name, OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), new long[] {rows, columns})));
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A run of an encoder: token ids, (texts, length), all of them attended. */
  Call call(int[] ids, int texts) {
    long[] wide = new long[ids.length];
    long[] mask = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      wide[i] = ids[i];
      mask[i] = 1;
    }
    return call(wide, mask, texts);
  }

  /** A run of an encoder: token ids and attention mask, (texts, length) each. */
  Call call(long[] ids, long[] mask, int texts) {
    long[] shape = {texts, ids.length / texts};
    try {
      Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
      inputs.put("input_ids", OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), shape));
      inputs.put("attention_mask", OnnxTensor.createTensor(environment, LongBuffer.wrap(mask), shape));
      return new Call(inputs);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A run whose inputs are made already. */
  final class Call implements AutoCloseable {
    private final Map<String, OnnxTensor> inputs;

    private Call(Map<String, OnnxTensor> inputs) {
      this.inputs = inputs;
    }

    /** Runs; the output stays where ONNX Runtime has it, and is let go. */
    void run() {
      try {
        session.run(inputs).close();
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }

    /** Runs, and copies the first output. */
    float[] floats() {
      try (OrtSession.Result result = session.run(inputs)) {
        FloatBuffer output = ((OnnxTensor) result.get(0)).getFloatBuffer();
        float[] values = new float[output.remaining()];
        output.get(values);
        return values;
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      inputs.values().forEach(OnnxTensor::close);
    }
  }
}
