package dev.lanepool.bench;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The smallest ONNX model with a product in it: c[M, N] = a[M, K] · b[K, N], b constant, M free. Written as the protocol buffer that
 * {@code onnx.proto} describes; the numbers below are its field numbers.
 */
final class OnnxMatMul {
  private static final int FLOAT = 1; // TensorProto.DataType
  private static final int IR_VERSION = 8;
  private static final int OPSET = 13;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private OnnxMatMul() {}

  /** @param weights (N, K): the model holds the transpose */
  static byte[] model(float[] weights, int n, int k) {
    ByteBuffer b = ByteBuffer.allocate(4 * n * k).order(ByteOrder.LITTLE_ENDIAN); // (K, N)
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < n; j++) {
        b.putFloat(weights[j * k + i]);
      }
    }
    OnnxMatMul node = new OnnxMatMul().text(1, "a").text(1, "b").text(2, "c").text(4, "MatMul");
    OnnxMatMul initializer = new OnnxMatMul().number(1, k).number(1, n).number(2, FLOAT).text(8, "b").bytes(9, b.array());
    OnnxMatMul graph = new OnnxMatMul().message(1, node).text(2, "g").message(5, initializer)
        .message(11, matrix("a", k)).message(12, matrix("c", n));
    return new OnnxMatMul().number(1, IR_VERSION).message(7, graph).message(8, new OnnxMatMul().text(1, "").number(2, OPSET))
        .bytes.toByteArray();
  }

  /** A ValueInfoProto: floats, (M, columns). */
  private static OnnxMatMul matrix(String name, int columns) {
    OnnxMatMul shape = new OnnxMatMul().message(1, new OnnxMatMul().text(2, "M")).message(1, new OnnxMatMul().number(1, columns));
    OnnxMatMul tensor = new OnnxMatMul().number(1, FLOAT).message(2, shape);
    return new OnnxMatMul().text(1, name).message(2, new OnnxMatMul().message(1, tensor));
  }

  private OnnxMatMul number(int field, long value) {
    varint(field << 3);
    varint(value);
    return this;
  }

  private OnnxMatMul text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  private OnnxMatMul message(int field, OnnxMatMul value) {
    return bytes(field, value.bytes.toByteArray());
  }

  private OnnxMatMul bytes(int field, byte[] value) {
    varint(field << 3 | 2);
    varint(value.length);
    bytes.writeBytes(value);
    return this;
  }

  private void varint(long value) {
    while (value >= 0x80) {
      bytes.write((int) (value & 0x7f | 0x80));
      value >>>= 7;
    }
    bytes.write((int) value);
  }
}
