package io.persistentmap.store;

import io.persistentmap.TypeMismatchException;
import io.persistentmap.serializer.CodecOptions;
import java.nio.file.Path;

/** Compares the types that a map was made with, and those that it is asked for with. */
final class TypeCheck {
  private final Path file;
  private final WantedMap wanted;

  TypeCheck(Path file, WantedMap wanted) {
    this.file = file;
    this.wanted = wanted;
  }

  /**
   * Checks that entries of the stored types are of the wanted ones, or the other way round.
   *
   * @throws TypeMismatchException if not
   */
  void require(MapDescription stored) {
    requireType("keys", nameNow(stored.keyType()), wanted.description().keyType());
    requireType("values", nameNow(stored.valueType()), wanted.description().valueType());
  }

  private CodecOptions options() {
    return wanted.options();
  }

  private String nameNow(String stored) {
    Class<?> successor = options().aliases().get(stored);
    return successor == null ? stored : successor.getName();
  }

  private void requireType(String what, String stored, String requested) {
    if (!stored.equals(requested)
        && !stored.equals(Object.class.getName())
        && !requested.equals(Object.class.getName())
        && !isSubtype(stored, requested)) {
      String name = wanted.description().name();
      throw new TypeMismatchException(
          file
              + (name.isEmpty() ? ": its " : ": the " + what + " of map \"" + name + "\" are ")
              + (name.isEmpty() ? what + " are " : "")
              + stored
              + ", but it is opened with "
              + requested
              + "; open it with "
              + stored
              + ".class, or another "
              + (name.isEmpty() ? "file" : "map")
              + "; if the class has another name now, add .alias(\""
              + stored
              + "\", ItsNewName.class) where the map is built");
    }
  }

  private boolean isSubtype(String stored, String requested) {
    try {
      Class<?> storedType = Class.forName(stored, false, options().loader());
      return Class.forName(requested, false, options().loader()).isAssignableFrom(storedType);
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
