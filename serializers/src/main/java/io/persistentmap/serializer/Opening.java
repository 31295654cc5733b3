package io.persistentmap.serializer;

/** What to do about a module that keeps a class closed. */
final class Opening {
  private Opening() {}

  static String message(Class<?> type) {
    return String.format(
        "%s can't be stored: %s must open package %s to %s (add \"opens %s;\" to its module-info)",
        type.getName(),
        type.getModule(),
        type.getPackageName(),
        Opening.class.getModule(),
        type.getPackageName());
  }
}
