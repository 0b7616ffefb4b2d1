package dev.lanepool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.Tokens;
import org.junit.jupiter.api.Test;

class LayersTest {

  @Test
  void demandEveryRowOfTheLayersNamed() {
    assertEquals(Demand.all(3), Layers.all().demand(3));
    assertEquals(Demand.none(3).with(1, Tokens.ALL).with(3, Tokens.ALL), Layers.of(-1, 1, 3).demand(3));
  }

  @Test
  void layersThatAreNotThereAreRefused() {
    assertThrows(IllegalArgumentException.class, Layers::of);
    assertThrows(IllegalArgumentException.class, () -> Layers.of(4).demand(3));
    assertThrows(IllegalArgumentException.class, () -> Layers.of(-5).demand(3));
  }
}
