namespace MediaServer.Server.Reloading;

/// <summary>Something that is read from files and read again when they change.</summary>
internal interface IReloadable
{
    /// <summary>Reads for the first time, before any port opens.</summary>
    /// <exception cref="IOException">The files are no good; the message names them.</exception>
    void Open();

    /// <summary>Looks at the files, and reads them if they have changed. Files that are no good change nothing, and are logged once.</summary>
    void ReloadIfChanged();
}
