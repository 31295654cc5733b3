package io.persistentmap.bench.semantics;

import java.io.Serializable;

/** A value like those of any application: fields that change, no accessors. */
final class Point implements Serializable {
  private static final long serialVersionUID = 1;

  int x;

  Point(int x) {
    this.x = x;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Point that && that.x == x;
  }

  @Override
  public int hashCode() {
    return x;
  }

  @Override
  public String toString() {
    return "Point " + x;
  }
}
