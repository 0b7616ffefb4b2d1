package dev.lanepool.pooling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.Tokens;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The grammar of specs: what parses, how it prints, what is refused and where, and what each spec reads. */
class PoolingSpecTest {

  @ParameterizedTest
  @ValueSource(strings = {
      "cls", "pooler", "mean", "max", "mean-max", "mean-sqrt-len", "weighted-mean", "last", "mean@6", "cls@-2", "cls@0",
      "concat(layers=-1..-4,of=cls)", "concat(layers=4..8/-1,of=mean-max)", "concat(layers=4/8/-1,of=max)",
      "lstm(hidden=256)", "lstm(hidden=256,layout=scrambled)", "attention(hidden=512)", "attention(hidden=8)@3",
      "weighted(start=4,of=cls)", "weighted(start=-2,of=mean,norm=softmax)", "weighted(start=10,of=cls,weights=1/2/1)",
      "weighted(start=11,of=cls,weights=1/-0.999)", "weighted(start=11,of=cls,norm=softmax,weights=1/-1)",
      "weighted(start=9,of=last,norm=softmax,weights=-1/0.5/1.0E-7/3.0E9)", "cls+mean", "cls+mean@6+max",
      "cls+concat(layers=-1..-4,of=cls)+attention(hidden=2)@1+lstm(hidden=3)"})
  void canonicalSpecsPrintAsTheyAre(String spec) {
    assertEquals(spec, Pooling.parse(spec).toString());
    assertEquals(Pooling.parse(spec), Pooling.parse(Pooling.parse(spec).toString()));
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "concat; concat(layers=-1..-4,of=cls)",
      "concat(); concat(layers=-1..-4,of=cls)",
      "concat(of=max); concat(layers=-1..-4,of=max)",
      "concat(of=cls,layers=3..3); concat(layers=3,of=cls)",
      "weighted; weighted(start=4,of=cls)",
      "weighted(weights=01./-0/.5,norm=sum); weighted(start=4,of=cls,weights=1/0/0.5)",
      "lstm; lstm(hidden=256)",
      "lstm(layout=layers); lstm(hidden=256)",
      "attention@-1; attention(hidden=512)",
      "mean@-1; mean",
      "' cls + mean @ 6 + concat ( layers = -1 .. -4 , of = cls ) '; cls+mean@6+concat(layers=-1..-4,of=cls)"})
  void defaultsAndSpacesComeToTheCanonicalForm(String spec, String canonical) {
    Pooling pooling = Pooling.parse(spec);
    assertEquals(canonical, pooling.toString());
    Pooling again = Pooling.parse(canonical);
    assertEquals(pooling, again);
    assertEquals(pooling.hashCode(), again.hashCode());
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "''; 1; found the end, expected a pooling: cls, mean, max, mean-max, mean-sqrt-len, weighted-mean, last, pooler",
      "cls+men@6; 5; found \"men\", expected a pooling: cls",
      "Cls; 1; found \"Cls\", expected a pooling",
      "cls+; 5; found the end, expected a pooling",
      "+cls; 1; found \"+\", expected a pooling",
      "cls mean; 5; found \"mean\", expected \"+\" or the end",
      "cls); 4; found \")\", expected \"+\" or the end",
      "cls@; 5; found the end, expected a layer, an integer",
      "cls@x; 5; found \"x\", expected a layer, an integer",
      "cls@1.5; 6; found \".5\", expected \"+\" or the end",
      "cls@99999999999; 5; found \"99999999999\", expected a layer, a 32-bit integer",
      "cls(layers=2); 4; found \"(\", expected \"+\" or the end",
      "pooler@3; 7; found \"@\", expected \"+\" or the end",
      "concat@3; 7; found \"@\", expected \"+\" or the end",
      "concat(layer=3); 8; found \"layer\", expected an option: layers, of",
      "concat(start=3); 8; found \"start\", expected an option: layers, of",
      "concat(layers=3,); 17; found \")\", expected an option: layers, of",
      "concat(layers=3,layers=4); 17; the option layers is given twice",
      "concat(layers 3); 15; found \"3\", expected \"=\"",
      "concat(layers=3..); 18; found \")\", expected a layer, an integer",
      "concat(layers=3/); 17; found \")\", expected a layer, an integer",
      "concat(layers=); 15; found \")\", expected a layer, an integer",
      "concat(layers=3; 16; found the end, expected \",\" or \")\"",
      "concat(of=pooler); 11; found \"pooler\", expected cls, mean, max",
      "lstm(hidden=0); 13; hidden=0: expected at least 1",
      "lstm(hidden= 0,layout=scrambled); 14; hidden=0: expected at least 1",
      "' men'; 2; found \"men\", expected a pooling: cls",
      "weighted(weights=.); 18; found \".\", expected a number",
      "cls+attention(hidden=-5); 22; hidden=-5: expected at least 1",
      "attention(hidden=8,layout=layers); 20; found \"layout\", expected an option: hidden",
      "lstm(layout=mixed); 13; found \"mixed\", expected layers, scrambled",
      "weighted(norm=l2); 15; found \"l2\", expected sum, softmax",
      "weighted(weights=1/x); 20; found \"x\", expected a number",
      "weighted(weights=1/1e99); 20; found \"1e99\", expected a number that 32-bit floats can hold",
      "weighted(start=1,weights=1/-1); 26; weights [1.0, -1.0] sum to about 0",
      "weighted(start=1,weights=0/0); 26; weights [0.0, 0.0] sum to about 0",
      "weighted(start=1,weights=1/-0.99999); 26; sum to about 0",
      "é; 1; found \"é\", expected a pooling"})
  void wrongSpecsNameTheCharacter(String spec, int character, String message) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Pooling.parse(spec));
    String start = "pooling \"" + spec + "\", character " + character + ": ";
    assertTrue(e.getMessage().startsWith(start), () -> e.getMessage() + "\nexpected to start with " + start);
    assertTrue(e.getMessage().contains(message), () -> e.getMessage() + "\nexpected to hold " + message);
  }

  @Test
  void aLineFeedIsNoSpace() {
    String message = assertThrows(IllegalArgumentException.class, () -> Pooling.parse("cls \n")).getMessage();
    assertEquals("pooling \"cls \n\", character 5: found \"\n\", expected \"+\" or the end", message);
  }

  @Test
  void noWeightsAreNoPooling() {
    for (WeightedPooling.Norm norm : WeightedPooling.Norm.values()) {
      assertThrows(IllegalArgumentException.class, () -> new WeightedPooling(1, Reduction.CLS, norm, List.of()));
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "cls; 4:FIRST; 3",
      "last; 4:LAST; 3",
      "pooler; 4:FIRST; 3",
      "mean; 4:ALL; 3",
      "mean-max; 4:ALL; 6",
      "mean@1; 1:ALL; 3",
      "cls@-5; 0:FIRST; 3",
      "cls+last; 4:ALL; 6",
      "cls+mean@2; 2:ALL,4:FIRST; 6",
      "concat; 1:FIRST,2:FIRST,3:FIRST,4:FIRST; 12",
      "concat(layers=0/3..2,of=mean-max); 0:ALL,2:ALL,3:ALL; 18",
      "concat(layers=2..-1,of=last); 2:LAST,3:LAST,4:LAST; 9",
      "lstm(hidden=7); 1:FIRST,2:FIRST,3:FIRST,4:FIRST; 7",
      "attention(hidden=7)@3; 3:ALL; 3",
      "weighted(start=3); 3:FIRST,4:FIRST; 3",
      "weighted(start=9); 4:FIRST; 3",
      "weighted(start=-2,of=mean-max); 3:ALL,4:ALL; 6",
      "weighted(start=2,weights=1/2/3); 2:FIRST,3:FIRST,4:FIRST; 3"})
  void readsTheFewestRows(String spec, String demanded, int dimension) {
    Demand demand = Demand.none(4);
    for (String layer : demanded.split(",")) {
      String[] pair = layer.strip().split(":");
      demand = demand.with(Integer.parseInt(pair[0]), Tokens.valueOf(pair[1]));
    }
    assertEquals(demand, Pooling.parse(spec).demand(4));
    assertEquals(dimension, Pooling.parse(spec).dimension(4, 3));
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "mean@5; layer 5: the model has layers 0 to 4",
      "cls+mean@-6; layer -6: the model has layers 0 to 4",
      "concat(layers=0..1000000000,of=cls); layer 1000000000: the model has layers 0 to 4",
      "attention(hidden=2)@7; layer 7: the model has layers 0 to 4",
      "weighted(start=-9,of=cls); layer -9: the model has layers 0 to 4",
      "weighted(start=2,of=cls,weights=1/2); 2 weights, expected 3, one for each of the layers 2 to 4"})
  void specsThatDoNotFitTheModelAreNamed(String spec, String message) {
    Pooling pooling = Pooling.parse(spec);
    String part = spec.substring(spec.indexOf('+') + 1);
    for (IllegalArgumentException e : List.of(
        assertThrows(IllegalArgumentException.class, () -> pooling.demand(4)),
        assertThrows(IllegalArgumentException.class, () -> pooling.dimension(4, 3)))) {
      assertTrue(e.getMessage().startsWith("pooling \"" + part + "\": " + message), e.getMessage());
    }
  }

  /** 20,000 mutated specs: each parses to what prints and parses again, or is refused with a position. */
  @Test
  void mutatedSpecsParseOrAreRefused() {
    long seed = 20261122;
    Random random = new Random(seed);
    String alphabet = "0123456789 -=,@+./()clsmean";
    String[] seeds = {"cls+mean@6+max", "concat(layers=4..8/-1,of=mean)", "weighted(start=1,of=cls,norm=softmax,weights=1/2.5/-1)",
        "lstm(hidden=256,layout=scrambled)", "attention(hidden=512)@-2"};
    int parsed = 0;
    for (int i = 0; i < 20_000; i++) {
      StringBuilder spec = new StringBuilder(seeds[random.nextInt(seeds.length)]);
      for (int edits = random.nextInt(1, 3); edits > 0; edits--) {
        int at = random.nextInt(spec.length());
        switch (random.nextInt(3)) {
          case 0 -> spec.deleteCharAt(at);
          case 1 -> spec.insert(at, alphabet.charAt(random.nextInt(alphabet.length())));
          default -> spec.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
        }
      }
      Pooling pooling;
      try {
        pooling = Pooling.parse(spec.toString());
      } catch (IllegalArgumentException e) {
        assertTrue(e.getMessage().contains(", character "), () -> "seed " + seed + ", spec " + spec + ": " + e.getMessage());
        continue;
      }
      parsed++;
      assertEquals(pooling, Pooling.parse(pooling.toString()), () -> "seed " + seed + ", spec " + spec);
    }
    assertTrue(parsed > 500, parsed + " of 20,000 parsed: the mutations are too wild to prove anything");
  }
}
