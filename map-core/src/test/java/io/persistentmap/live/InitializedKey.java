package io.persistentmap.live;

/** A key about which equality decides. */
final class InitializedKey {
  static {
    InitializerHook.reached(InitializedKey.class);
  }

  private final int number;

  InitializedKey(int number) {
    this.number = number;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InitializedKey key && number == key.number;
  }

  @Override
  public int hashCode() {
    return Integer.hashCode(number);
  }

  @Override
  public String toString() {
    return "key" + number;
  }
}
