package io.persistentmap.bench;

import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The same, whose put returns null: faster, and no longer what {@code Map} says. */
@State(Scope.Benchmark)
public class ChronicleMapReturnsNullState extends ChronicleMapState {
  @Override
  boolean putReturnsNull() {
    return true;
  }
}
