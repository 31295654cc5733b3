package io.persistentmap.serializer;

/**
 * Decides whether what was stored in a field of one type may be read into a field of another.
 *
 * <p>Accepted is what can't go wrong: the same type; a wider primitive type that has all values of
 * the narrower one; the class that boxes the primitive type; a supertype.
 */
final class TypeChanges {
  private final ClassFilter filter;
  private final ClassFinder finder;

  TypeChanges(ClassFilter filter, ClassFinder finder) {
    this.filter = filter;
    this.finder = finder;
  }

  /**
   * Refuses a field of another type.
   *
   * @param owner the class that is read
   * @param stored the field as it was stored
   * @param now its type now
   */
  void check(Class<?> owner, Schema.Field stored, Class<?> now) {
    if (!accepts(stored.type(), now)) {
      throw new Refusal(
          String.format(
              "%s.%s was stored as %s and is %s now: give the field its old type or another name",
              owner.getName(), stored.name(), stored.type(), now.getName()));
    }
  }

  private boolean accepts(String stored, Class<?> now) {
    if (stored.equals(now.getName())) {
      return true;
    }
    Class<?> primitive = Primitives.named(stored);
    if (primitive != null) {
      return now.isPrimitive()
          ? Primitives.widens(Primitives.letter(primitive), Primitives.letter(now))
          : now.isInstance(Primitives.zero(primitive));
    }
    return !now.isPrimitive() && (now == Object.class || isSupertype(now, stored));
  }

  /** Loads no class that could not be stored either. */
  private boolean isSupertype(Class<?> type, String name) {
    String element = ClassNames.element(name);
    if (!ClassNames.isJdk(element) && !filter.allows(element)) {
      return false;
    }
    try {
      return type.isAssignableFrom(finder.find(name));
    } catch (ClassNotFoundException | LinkageError gone) {
      return false;
    }
  }
}
