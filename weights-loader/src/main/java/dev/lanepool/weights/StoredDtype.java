package dev.lanepool.weights;

import org.jspecify.annotations.Nullable;

/**
 * The element types of safetensors. Their order is the format's own: a writer puts tensors of later types first, so that the widest
 * come first and each is aligned.
 */
public enum StoredDtype {
  /** Named as headers spell them, in each case with the bits of one element. */
  BOOL(8), F4(4), F6_E2M3(6), F6_E3M2(6), U8(8), I8(8), F8_E5M2(8), F8_E4M3(8), F8_E8M0(8), F8_E4M3FNUZ(8), F8_E5M2FNUZ(8),
  I16(16), U16(16), F16(16), BF16(16), I32(32), U32(32), F32(32), C64(64), F64(64), I64(64), U64(64);

  private final int bits;

  StoredDtype(int bits) {
    this.bits = bits;
  }

  /** The size of one element, in bits. */
  public int bits() {
    return bits;
  }

  /** The type of that name as a header spells it, or null where the format has none. */
  public static @Nullable StoredDtype parse(String name) {
    for (StoredDtype type : values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    return null;
  }
}
