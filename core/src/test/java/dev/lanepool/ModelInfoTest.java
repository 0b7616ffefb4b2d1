package dev.lanepool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanepool.kernels.Gemm;
import dev.lanepool.weights.ModelSource;
import dev.lanepool.weights.StoredDtype;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ModelInfoTest {
  private static final ModelSource MODEL = ModelSource.folder(Path.of("..", "default-model/src/main/resources/META-INF/lanepool/mini"));

  /** Of the built-in model, which is stored in 16 bits: its tables stay so, but for words in int8; vectors are floats. */
  @Test
  void weightBytesAreThoseOfEachTensorAsItIsHeld() {
    long tables = (16384 + 258 + 1) * 256;
    long matrices = 6 * (4 * 256 * 256 + 2 * 256 * 1024);
    long vectors = 2 * 256 + 6 * (4 * 256 + 1024 + 256 + 4 * 256);
    long scales = 6 * (4 * 256 + 1024 + 256); // one a row
    assertEquals(2 * tables + 4 * matrices + 4 * vectors, ModelInfo.read(MODEL).weightBytes());
    assertEquals(2 * tables + 2 * matrices + 4 * vectors, ModelInfo.read(MODEL, Dtype.BF16).weightBytes());
    assertEquals(16384 * 256 + 4 * 16384 + 2 * (258 + 1) * 256 + matrices + 4 * scales + 4 * vectors,
        ModelInfo.read(MODEL, Dtype.INT8).weightBytes());
  }

  @Test
  void scratchIsForTheTokensThatAreEncodedTogether() {
    assertEquals(4 * 1024 * (Gemm.stride(3 * 256) + 5L * Gemm.stride(256) + Gemm.stride(1024)), ModelInfo.read(MODEL).scratchBytes());
  }

  @Test
  void theNameIsThatOfTheFolderHoweverItIsGiven() {
    assertEquals("c", ModelInfo.name(ModelSource.folder(Path.of("a", "b", "..", "c", "."))));
    assertEquals("/", ModelInfo.name(ModelSource.folder(Path.of("/"))));
  }

  @Test
  void setAndMapAreCopiedInTheirOrder() {
    Set<StoredDtype> dtypes = EnumSet.of(StoredDtype.F32);
    Map<String, String> prompts = new LinkedHashMap<>();
    for (int i = 9; i >= 0; i--) {
      prompts.put("prompt " + i, "");
    }
    List<String> names = List.copyOf(prompts.keySet());
    ModelInfo info = new ModelInfo("", "", 1, 1, 1, 1, 1, 1, false, 1, dtypes, "mean", true, 1, 1, prompts, null, 1, 1);
    dtypes.add(StoredDtype.F16);
    prompts.clear();
    assertEquals(Set.of(StoredDtype.F32), info.storedDtypes());
    assertEquals(names, List.copyOf(info.prompts().keySet()));
    assertThrows(RuntimeException.class, () -> info.storedDtypes().clear());
    assertThrows(RuntimeException.class, () -> info.prompts().clear());
    ModelInfo none = new ModelInfo("", "", 1, 1, 1, 1, 1, 1, false, 1, Set.of(), "mean", true, 1, 1, prompts, null, 1, 1);
    assertEquals(Set.of(), none.storedDtypes());
  }

  @Test
  void aHeapThatIsTooSmallIsExplainedWhereTheHeadersCanBeRead() {
    OutOfMemoryError error = new OutOfMemoryError("Java heap space");
    ModelInfo info = ModelInfo.read(MODEL, Dtype.INT8);
    OutOfMemoryError explained = ModelInfo.explained(MODEL, Dtype.INT8, error);
    assertEquals(MODEL.describe("") + ": its weights take about " + info.weightBytes() / 1048576 + " MB, and computing "
        + info.scratchBytes() / 1048576 + " MB", explained.getMessage());
    assertSame(error, explained.getCause());
    assertSame(error, ModelInfo.explained(ModelSource.folder(Path.of("none")), Dtype.F32, error));
    assertEquals(explained.getMessage(), ModelInfo.explained(MODEL, Dtype.INT8, new OutOfMemoryError()).getMessage());
    OutOfMemoryError threads = new OutOfMemoryError("unable to create native thread");
    assertSame(threads, ModelInfo.explained(MODEL, Dtype.F32, threads));
  }
}
