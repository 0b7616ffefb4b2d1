/** The built-in model, as resources under {@code META-INF/lanepool/}. Holds no code. */
module dev.lanepool.defaultmodel {}
